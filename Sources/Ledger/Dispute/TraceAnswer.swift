import Bytes
import Inference
import Merkle

extension Trace {
  /// The children that answer a question about a record with this trace, or nil where the question names nothing. `[TX-11]`
  public func children(answering question: Question, fanOut: FanOut) -> [Digest]? {
    switch question {
    case .trace(_, let node): return roots.children(of: node, fanOut)
    case .segment(_, let segment, let node):
      guard let index = Int(exactly: segment), segments.indices.contains(index) else { return nil }
      return segments[index].children(of: node, fanOut)
    case .weights: return nil
    }
  }
}
