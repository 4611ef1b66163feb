import Text

extension Graph {
  /// How many leaves of each tensor steps can read, from the first on. `[MODEL-4]`
  public var usedLeafCounts: [Int] {
    var counts = [Int](repeating: 0, count: tensors.count)
    func use(_ tensor: Int, _ leaves: Int? = nil) { counts[tensor] = max(counts[tensor], leaves ?? tensors[tensor].leafCount) }
    func use(_ norm: Norm?) {
      if let norm { use(norm.gain) }
      if let offset = norm?.offset { use(offset) }
    }
    func use(_ map: LinearMap) {
      use(map.weights)
      if let bias = map.bias { use(bias) }
    }
    for segment in segments {
      switch segment {
      case .embedding(let fields):
        use(fields.table)
        if let positions = fields.positions { use(positions.table, (context + TensorShape.blockChannels - 1) / TensorShape.blockChannels) }
      case .projection(let fields):
        use(fields.norm)
        use(fields.map)
        if let rotation = fields.rotation { use(rotation, context) }
      case .residual(let fields):
        use(fields.norm)
        use(fields.map)
      case .gate(let fields):
        use(fields.norm)
        use(fields.map)
        if case .silu(let up) = fields.activation { use(up) }
      case .maxima(let fields):
        use(fields.norm)
        use(fields.weights)
      case .norm(let fields): use(fields.norm)
      case .int8(let segment): if let tensor = segment.tensor { use(tensor) }
      case .attention, .argmax, .mean, .unit: break
      }
    }
    return counts
  }

  /// Whether the graph and a tokenizer can make up a model. `[MODEL-6]`
  public func fits(_ tokenizer: TokenizerDescription) -> Bool { tokenizer.vocabulary.count <= vocabulary }
}
