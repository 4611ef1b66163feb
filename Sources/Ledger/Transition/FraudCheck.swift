import Bytes
import Inference
import Text

/// What evidence against a record comes to. `[TX-7]`
public enum FraudVerdict: Hashable, Sendable {
  /// The record is wrong.
  case fraud
  /// The evidence is valid, and the record is right about it.
  case honest
  /// The evidence does not decode.
  case malformed
  /// The evidence has a wrong shape, or a proof in it does not verify.
  case invalid
}

/// Checks evidence against a record of a registered model. A challenger can ask before it pays for a fraud proof. `[TX-7]`
public struct FraudCheck: Sendable {
  private let model: RegisteredModel
  private let tokenizer: Tokenizer?

  /// Makes a check.
  /// - Parameter tokenizer: The model's; nil only where no binding is to be judged.
  public init(model: RegisteredModel, tokenizer: Tokenizer?) {
    self.model = model
    self.tokenizer = tokenizer
  }

  /// What the evidence shows about a record whose place in a claim has been checked.
  public func verdict(on record: Record, kind: EvidenceKind, evidence: [UInt8]) -> FraudVerdict {
    guard
      let graph = Graph(decoding: model.graph),
      let context = EvidenceContext(graph: graph, tensorsRoot: model.tensorsRoot, record: record)
    else { return .invalid }
    switch kind {
    case .step:
      guard let proof = try? StepProof(decoding: evidence) else { return .malformed }
      return verdict { () throws(EvidenceRejection) in try proof.verdict(in: context) }
    case .binding:
      guard let binding = Binding(evidence: evidence) else { return .malformed }
      guard let tokenizer else { preconditionFailure("a binding is judged with the model's tokenizer") }
      return binding.holds(for: record, graph: graph, tokenizer: tokenizer) ? .honest : .fraud
    case .tokens:
      guard let proof = try? TokenProof(decoding: evidence) else { return .malformed }
      return verdict { () throws(EvidenceRejection) in try proof.verdict(in: context) }
    case .counterexample:
      guard let proof = try? Counterexample(decoding: evidence) else { return .malformed }
      return verdict { () throws(EvidenceRejection) in try proof.verdict(in: context) }
    }
  }

  private func verdict(_ body: () throws(EvidenceRejection) -> EvidenceVerdict) -> FraudVerdict {
    do {
      switch try body() {
      case .fraud: return .fraud
      case .honest: return .honest
      }
    } catch {
      switch error {
      case .position, .partCount, .part: return .invalid
      }
    }
  }
}

extension EvidenceKind {
  /// Whether evidence of this kind can only be judged with the model's tokenizer.
  func needsTokenizer(_ evidence: [UInt8]) -> Bool {
    self == .binding && Binding(evidence: evidence) != nil
  }
}

extension Binding {
  /// Decodes the evidence of a broken binding: its tag alone. `[TX-7]`
  init?(evidence: [UInt8]) {
    guard evidence.count == 1 else { return nil }
    self.init(rawValue: evidence[0])
  }
}
