import Tensors

/// The coded copies of a model's linear tensors, for runs of one row. They save time and change nothing.
final class CodedWeights: Sendable {
  /// The largest number of rows for which codes are read instead of weights.
  static let rowLimit = 1

  /// By tensor, those of which every block could be coded.
  private let tensors: [Int: RowBuffer<UInt8>]

  init(_ model: Model, workers: Workers) {
    var tensors: [Int: RowBuffer<UInt8>] = [:]
    workers.withTeam { team in
      for (index, shape) in model.graph.tensors.enumerated() {
        guard case .linear(_, let inputs, .a16) = shape else { continue }
        let size = CodedLinear.blockBytes(inputs: inputs)
        let coded = RowBuffer<UInt8>(count: shape.leafCount * size)
        let refused = RowBuffer<Bool>(count: workers.count)
        refused.elements.update(repeating: false)
        team.forEachTile(rows: 1, chunks: shape.leafCount) { worker, _, blocks in
          refused.elements[worker] = !blocks.allSatisfy { block in
            let target = UnsafeMutableRawBufferPointer(coded.slice(block * size, size))
            return CodedLinear.code(model.leaves(block..<block + 1, of: index), inputs: inputs, into: target)
          }
        }
        if !refused.elements.contains(true) { tensors[index] = coded }
      }
    }
    self.tensors = tensors
  }

  /// The coded blocks of a range of a tensor's leaves, if the tensor is coded; valid while this lives.
  func blocks(_ range: Range<Int>, of tensor: Int, inputs: Int) -> UnsafeRawBufferPointer? {
    let size = CodedLinear.blockBytes(inputs: inputs)
    return tensors[tensor].map { UnsafeRawBufferPointer($0.slice(range.lowerBound * size, range.count * size)) }
  }
}

extension Model {
  /// The same model, ready to generate tokens one by one in less time. It takes time once, and two thirds of the weights' memory: on processors where
  /// that helps, weights that are evenly spaced 4-bit codes are kept as codes too, which streams of it read. The bits are the same.
  public func preparedForDecoding(workers: Workers = .one) -> Model {
    guard CodedLinear.isFaster(), graph.task == .generation else { return self }
    return Model(self, coded: CodedWeights(self, workers: workers))
  }
}
