extension Segment {
  /// The earlier segments whose rows it reads. `[GRAPH-4]`
  var sources: [Int] {
    switch self {
    case .embedding: []
    case .projection(let fields): [fields.source]
    case .attention(let fields): [fields.query, fields.key, fields.value]
    case .residual(let fields): [fields.source, fields.residual]
    case .gate(let fields): [fields.source]
    case .maxima(let fields): [fields.source]
    case .argmax(let fields): [fields.maxima]
    case .norm(let fields): [fields.source]
    case .mean(let fields): [fields.source]
    case .unit(let fields): [fields.source]
    case .int8(let fields): fields.sources
    }
  }

  /// The linear maps that a row of a stream segment goes through.
  var maps: [LinearMap] {
    switch self {
    case .projection(let fields): [fields.map]
    case .residual(let fields): [fields.map]
    case .gate(let fields):
      if case .silu(let up) = fields.activation { [fields.map, up] } else { [fields.map] }
    case .embedding, .attention, .maxima, .argmax, .norm, .mean, .unit, .int8: []
    }
  }
}
