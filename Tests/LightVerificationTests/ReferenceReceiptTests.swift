import Bytes
import Inference
import Ledger
import LightVerification
import TestSupport
import Testing

private struct ReceiptVectors: Decodable {
  struct Case: Decodable {
    let name: String
    let receipt: HexBytes
    let checkpoint: Digest?
    let code: UInt16
    let verdict: String?
  }
  let genesis: String
  let executorVersion: Digest
  let cases: [Case]
}

@Suite("Receipts agree with the Python reference")
struct ReferenceReceiptTests {
  @Test("Each verdict, each reason to refuse, and which of two comes first [RCPT-1] [RCPT-2] [RCPT-3]")
  func cases() throws {
    let vectors: ReceiptVectors = try Vectors.load("receipts")
    #expect(vectors.executorVersion == ExecutorVersion.current)
    let genesis = try Genesis(file: Array(vectors.genesis.utf8))
    for vector in vectors.cases {
      let trust = vector.checkpoint.map(TrustAnchor.checkpoint) ?? .genesis(genesis)
      do throws(ReceiptRejection) {
        let receipt = try VerifiedReceipt(file: vector.receipt.bytes, against: trust)
        #expect(vector.code == 0, "\(vector.name)")
        #expect(word(for: receipt.verdict) == vector.verdict, "\(vector.name)")
      } catch {
        #expect(error.rawValue == vector.code, "\(vector.name)")
      }
    }
  }

  private func word(for verdict: ReceiptVerdict) -> String {
    switch verdict {
    case .final: "final"
    case .pending: "pending"
    case .slashed: "slashed"
    }
  }
}
