import Bytes
import Cryptography

/// Why a record may not be posted. `[REC-3]`
public enum ShapeRejection: Error, Hashable, Sendable {
  /// The record follows another executor version.
  case executorVersion
  /// The output is not of the kind that the graph's task gives, or values are not as long as the last segment's leaf.
  case output
  /// The tensor is longer or shorter than the graph's input.
  case input
  /// A token list is empty, or there are more tokens than were asked for.
  case tokenCount
  /// The stream has more rows than the context.
  case context
  /// A token is not below the vocabulary.
  case token
  /// The client's signature does not verify.
  case signature
}

extension Record {
  /// Checks what can be seen without replaying. `[REC-3]`
  /// - Returns: the record's extent.
  @discardableResult
  public func checkedShape(for graph: Graph) throws(ShapeRejection) -> Extent {
    guard executorVersion == ExecutorVersion.current else { throw .executorVersion }
    guard task == graph.task else { throw .output }
    if let tensor = request.tensor { guard tensor.count == graph.shapes.first?.count else { throw .input } }
    if case .values(let values) = output {
      guard values.count == graph.layouts[graph.lastSegment].leafBytes else { throw .output }
      guard request.maxNewTokens == 1 else { throw .tokenCount }
    }
    guard let extent, extent.outputCount <= request.maxNewTokens else { throw .tokenCount }
    guard graph.admits(extent) else { throw .context }
    guard (promptTokens + outputTokens).allSatisfy({ Int($0) < graph.vocabulary }) else { throw .token }
    guard request.client.verify(requestSignature, of: request.digest) else { throw .signature }
    return extent
  }
}
