import Bytes
import Text

/// What a record must hold together by itself; each is provable by the record alone. `[REC-4]`
public enum Binding: UInt8, CaseIterable, Hashable, Sendable {
  /// The prompt's tokens are the canonical encoding of its text.
  case input = 0
  /// The answer is the decoding of the output tokens. Values have no text.
  case output = 1
  /// The end of the answer follows the stop rule.
  case stop = 2

  /// Whether the record keeps this binding.
  public func holds(for record: Record, graph: Graph, tokenizer: Tokenizer) -> Bool {
    switch self {
    case .input: record.request.tensor != nil || (try? tokenizer.encode(record.request.prompt)) == record.promptTokens
    case .output: Binding.outputHolds(for: record, graph: graph, tokenizer: tokenizer)
    case .stop: Binding.stopHolds(for: record, graph: graph)
    }
  }

  /// The text of an answer: the decoding of its tokens without a final stop token. `[REC-4]`
  public static func answer(to tokens: [UInt32], graph: Graph, tokenizer: Tokenizer) throws(TextRejection) -> [UInt8] {
    guard let last = tokens.last, graph.stopTokens.contains(last) else { return try tokenizer.decode(tokens) }
    return try tokenizer.decode(Array(tokens.dropLast()))
  }

  private static func outputHolds(for record: Record, graph: Graph, tokenizer: Tokenizer) -> Bool {
    guard let generation = record.generation else { return true }
    return (try? answer(to: generation.tokens, graph: graph, tokenizer: tokenizer)) == generation.answer
  }

  private static func stopHolds(for record: Record, graph: Graph) -> Bool {
    guard let generation = record.generation else { return true }
    guard let extent = record.extent, let last = generation.tokens.last else { return false }
    guard !generation.tokens.dropLast().contains(where: { graph.stopTokens.contains($0) }) else { return false }
    switch generation.stop {
    case .stopToken: return graph.stopTokens.contains(last)
    case .length:
      let isUsedUp = extent.outputCount == record.request.maxNewTokens || extent.streamRows == graph.context
      return !graph.stopTokens.contains(last) && isUsedUp
    }
  }
}
