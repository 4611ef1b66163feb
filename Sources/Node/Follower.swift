import Bytes
import Cryptography
import Ledger
import Logging
import NodeInterface

/// Brings a node up to another one's chain, block by block: every block is verified and executed again, so the source is trusted for
/// nothing but its being there.
public struct Follower: Sendable {
  /// How far a block may be ahead of our clock before it is held back. `[BLOCK-6]`
  static let futureMilliseconds: UInt64 = 10_000
  /// How long one request waits for the next block.
  private static let waitSeconds: UInt32 = 20
  /// How long to pause when the source does not answer.
  private static let retryMilliseconds: UInt64 = 500

  private let node: Node
  private let source: any NodeAPI
  private let clock: any NodeClock
  private let log: Logger

  /// Makes a follower of `source` for a node that was made with it as its upstream.
  public init(
    node: Node, source: any NodeAPI, clock: any NodeClock = SystemClock(), log: Logger = Logger(label: "probity.follower")
  ) {
    self.node = node
    self.source = source
    self.clock = clock
    self.log = log
  }

  /// Follows until the task is cancelled; throws when the source's chain is not the one that this node can verify.
  public func run() async throws(NodeFailure) {
    while !Task.isCancelled {
      do throws(Interruption) {
        try await checkSource()
        while !Task.isCancelled { try await step() }
      } catch {
        switch error {
        case .failure(let failure):
          await node.halt(failure)
          throw failure
        case .notYet: break
        case .source(let reason):
          log.warning("the node that is followed does not help", metadata: ["reason": "\(reason)"])
          guard (try? await clock.sleep(milliseconds: Follower.retryMilliseconds)) != nil else { return }
        }
      }
    }
  }

  /// Why following pauses or ends.
  private enum Interruption: Error {
    case failure(NodeFailure)
    case source(NodeError)
    case notYet
  }

  /// The source must be of our network, and what it holds must not contradict us.
  private func checkSource() async throws(Interruption) {
    let ours: NodeStatus
    let theirs: NodeStatus
    do throws(NodeError) { (ours, theirs) = (try await node.status(), try await source.status()) } catch { throw .source(error) }
    guard ours.chain == theirs.chain else { throw .failure(.anotherChain(found: theirs.chain.hex, expected: ours.chain.hex)) }
    let height = Height(min(ours.height, theirs.height))
    let pair: (Header, Header)
    do throws(NodeError) { pair = (try await node.header(at: height), try await source.header(at: height)) } catch { throw .source(error) }
    guard pair.0 == pair.1 else { throw .failure(.diverged(height: height, reason: "the source has another header")) }
  }

  private func step() async throws(Interruption) {
    let height: Height
    do throws(NodeError) {
      let status = try await node.status()
      guard let next = Height(status.height).adding(1) else { throw .notFound("no height is above the newest") }
      height = next
    } catch {
      throw .source(error)
    }
    let bytes: [UInt8]
    do throws(NodeError) {
      bytes = try await source.block(at: height, waitingUpTo: Follower.waitSeconds)
    } catch {
      switch error {
      case .notFound: throw .notYet
      case .pruned: throw .failure(.sourcePruned(height: height))
      case .malformed, .tooLarge, .inadmissible, .poolFull, .attestationRefused, .halted, .unavailable, .untrustworthy: throw .source(error)
      }
    }
    let block = try verified(bytes, height)
    await holdBack(block.header.time)
    let own: Attestation?
    do throws(NodeFailure) { own = try await node.extend(by: block) } catch { throw .failure(error) }
    await exchangeAttestations(own, at: height)
  }

  private func verified(_ bytes: [UInt8], _ height: Height) throws(Interruption) -> VerifiedBlock {
    guard let unverified = try? UnverifiedBlock(decoding: bytes) else {
      throw .failure(.diverged(height: height, reason: BlockRejection.malformed.description))
    }
    do throws(BlockRejection) {
      return try VerifiedBlock(unverified, genesis: node.genesis)
    } catch {
      throw .failure(.diverged(height: height, reason: error.description))
    }
  }

  private func holdBack(_ time: UInt64) async {
    while time > clock.now().addingReportingOverflow(Follower.futureMilliseconds).partialValue {
      log.warning("holding back a block from the future", metadata: ["time": "\(time)"])
      guard (try? await clock.sleep(milliseconds: 1000)) != nil else { return }
    }
  }

  /// Hands our attestation to the source and takes over those of the newest final header. What fails here is tried again with the next
  /// block.
  private func exchangeAttestations(_ own: Attestation?, at height: Height) async {
    guard node.genesis.validators.count > 1 else { return }
    do throws(NodeError) {
      if let own { try await source.attest(own, at: height) }
      let (ours, theirs) = (try await node.status(), try await source.status())
      guard theirs.finalHeight > ours.finalHeight, theirs.finalHeight <= ours.height else { return }
      let final = Height(theirs.finalHeight)
      for attestation in try await source.attestations(at: final) { try await node.attest(attestation, at: final) }
    } catch {
      log.warning("attestations were not exchanged", metadata: ["reason": "\(error)"])
    }
  }
}
