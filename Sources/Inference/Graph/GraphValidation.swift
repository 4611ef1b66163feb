/// The rules of `[GRAPH-4]` to `[GRAPH-9]` for one segment after another.
struct GraphValidation {
  let description: GraphDescription
  /// Layouts of the segments before the one in hand.
  let layouts: [LeafLayout]

  func layout(ofSegment index: Int) throws(GraphRejection) -> LeafLayout {
    let last = description.segments.count - 1
    switch description.segments[index] {
    case .int8: throw .order
    case .embedding(let fields):
      guard index == 0 else { throw .order }
      return try embedding(fields, at: index)
    case .projection(let fields): return try projection(fields, at: index)
    case .attention(let fields): return try attention(fields, at: index)
    case .residual(let fields): return try residual(fields, at: index)
    case .gate(let fields): return try gate(fields, at: index)
    case .maxima(let fields):
      guard index == last - 1 else { throw .order }
      return try maxima(fields, at: index)
    case .argmax(let fields):
      guard index == last else { throw .order }
      guard fields.maxima == last - 1 else { throw .segmentReference(segment: index) }
      return LeafLayout(format: .token, width: 1, chunks: 1, isChunkMajor: false, domain: .output)
    case .norm(let fields):
      guard description.task == .embedding else { throw .order }
      return try norm(fields, at: index)
    case .mean(let fields):
      guard index == last - 1 else { throw .order }
      guard layouts.indices.contains(fields.source) else { throw .segmentReference(segment: index) }
      guard case .norm = description.segments[fields.source] else { throw .sourceMismatch(segment: index) }
      let source = layouts[fields.source]
      return LeafLayout(format: .int32, width: source.width, chunks: source.chunks, isChunkMajor: false, domain: .output)
    case .unit(let fields):
      guard index == last else { throw .order }
      guard fields.source == last - 1 else { throw .segmentReference(segment: index) }
      guard (0...30).contains(fields.shift) else { throw .shift(segment: index) }
      return LeafLayout(format: .int32, width: layouts[fields.source].rowWidth, chunks: 1, isChunkMajor: false, domain: .output)
    }
  }

  private func norm(_ fields: Segment.NormRows, at index: Int) throws(GraphRejection) -> LeafLayout {
    let source = try source(fields.source, format: .int32, at: index)
    try check(fields.norm, over: source.rowWidth, at: index)
    let chunks = try chunks(of: source.rowWidth, by: fields.chunk, multipleOf: 16, at: index)
    return LeafLayout(format: .int32, width: fields.chunk, chunks: chunks, isChunkMajor: true, domain: .stream)
  }

  private func embedding(_ fields: Segment.Embedding, at index: Int) throws(GraphRejection) -> LeafLayout {
    let (channels, inputs) = try table(fields.table, at: index)
    guard channels == description.vocabulary else { throw .tensorReference(segment: index) }
    guard (-62...62).contains(fields.delta) else { throw .shift(segment: index) }
    if let positions = fields.positions {
      let table = try table(positions.table, at: index)
      guard table.channels >= description.context, table.inputs == inputs else { throw .tensorReference(segment: index) }
      guard (-62...62).contains(positions.delta) else { throw .shift(segment: index) }
    }
    return LeafLayout(format: .int32, width: inputs, chunks: 1, isChunkMajor: false, domain: .stream)
  }

  private func projection(_ fields: Segment.Projection, at index: Int) throws(GraphRejection) -> LeafLayout {
    let source = try source(fields.source, format: .int32, at: index)
    try check(fields.norm, over: source.rowWidth, at: index)
    let (channels, inputs) = try linear(fields.map, at: index)
    guard inputs == source.rowWidth else { throw .sourceMismatch(segment: index) }
    let chunks = try chunks(of: channels, by: fields.chunk, multipleOf: 16, at: index)
    if let rotation = fields.rotation {
      guard
        description.tensors.indices.contains(rotation), case .rotation(let positions, let width) = description.tensors[rotation],
        positions >= description.context
      else { throw .tensorReference(segment: index) }
      guard fields.chunk.isMultiple(of: width) || width.isMultiple(of: fields.chunk) else { throw .chunk(segment: index) }
      guard (1...62).contains(fields.shift) else { throw .shift(segment: index) }
    } else {
      guard (0...62).contains(fields.shift) else { throw .shift(segment: index) }
    }
    return LeafLayout(format: .int16, width: fields.chunk, chunks: chunks, isChunkMajor: fields.isChunkMajor, domain: .stream)
  }

  private func attention(_ fields: Segment.Attention, at index: Int) throws(GraphRejection) -> LeafLayout {
    let query = try source(fields.query, format: .int16, at: index)
    let key = try source(fields.key, format: .int16, at: index)
    let value = try source(fields.value, format: .int16, at: index)
    guard
      (16...256).contains(fields.width), fields.width.isMultiple(of: 16), fields.groups >= 1, fields.heads >= 1,
      fields.heads.isMultiple(of: fields.groups)
    else { throw .chunk(segment: index) }
    guard
      query.rowWidth == fields.heads * fields.width, key.rowWidth == fields.groups * fields.width,
      value.rowWidth == fields.groups * fields.width, !query.isChunkMajor, key.isChunkMajor, value.isChunkMajor
    else { throw .sourceMismatch(segment: index) }
    let groupWidth = fields.headsPerGroup * fields.width
    guard groupWidth.isMultiple(of: query.width), fields.width.isMultiple(of: key.width), fields.width.isMultiple(of: value.width) else {
      throw .chunk(segment: index)
    }
    guard fields.isCausal || description.task == .embedding else { throw .order }
    guard (0...31).contains(fields.scoreShift), (0...12).contains(fields.valueShift) else { throw .shift(segment: index) }
    return LeafLayout(format: .packed, width: groupWidth, chunks: fields.groups, isChunkMajor: false, domain: .stream)
  }

  private func residual(_ fields: Segment.Residual, at index: Int) throws(GraphRejection) -> LeafLayout {
    let source = try source(fields.source, format: .packed, at: index)
    let base = try self.source(fields.residual, format: .int32, at: index)
    let (channels, inputs) = try linear(fields.map, at: index)
    guard inputs == source.rowWidth, base.rowWidth == channels else { throw .sourceMismatch(segment: index) }
    try check(fields.norm, over: channels, at: index)
    let chunks = try chunks(of: channels, by: fields.chunk, multipleOf: 16, at: index)
    return LeafLayout(format: .int32, width: fields.chunk, chunks: chunks, isChunkMajor: false, domain: .stream)
  }

  private func gate(_ fields: Segment.Gate, at index: Int) throws(GraphRejection) -> LeafLayout {
    let source = try source(fields.source, format: .int32, at: index)
    try check(fields.norm, over: source.rowWidth, at: index)
    let gate = try linear(fields.map, at: index)
    guard gate.inputs == source.rowWidth else { throw .sourceMismatch(segment: index) }
    let chunks = try chunks(of: gate.channels, by: fields.chunk, multipleOf: 16, at: index)
    switch fields.activation {
    case .silu(let up):
      guard try linear(up, at: index) == gate, description.tensors[up.weights] == description.tensors[fields.map.weights] else {
        throw .tensorReference(segment: index)
      }
      guard (1...32).contains(fields.shift) else { throw .shift(segment: index) }
    case .gelu:
      guard (0...31).contains(fields.shift) else { throw .shift(segment: index) }
    }
    return LeafLayout(format: .packed, width: fields.chunk, chunks: chunks, isChunkMajor: false, domain: .stream)
  }

  private func maxima(_ fields: Segment.Maxima, at index: Int) throws(GraphRejection) -> LeafLayout {
    let source = try source(fields.source, format: .int32, at: index)
    try check(fields.norm, over: source.rowWidth, at: index)
    let (channels, inputs) = try linear(fields.weights, at: index)
    guard channels == description.vocabulary else { throw .tensorReference(segment: index) }
    guard inputs == source.rowWidth else { throw .sourceMismatch(segment: index) }
    let chunks = try chunks(of: channels, by: fields.chunk, multipleOf: Segment.Maxima.blockWidth, at: index)
    let width = fields.chunk / Segment.Maxima.blockWidth
    return LeafLayout(format: .int32, width: width, chunks: chunks, isChunkMajor: false, domain: .output)
  }

  private func source(_ reference: Int, format: LeafFormat, at index: Int) throws(GraphRejection) -> LeafLayout {
    guard layouts.indices.contains(reference), layouts[reference].domain == .stream else { throw .segmentReference(segment: index) }
    guard layouts[reference].format == format, format == .int16 || !layouts[reference].isChunkMajor else {
      throw .sourceMismatch(segment: index)
    }
    return layouts[reference]
  }

  private func linear(_ reference: Int, at index: Int) throws(GraphRejection) -> (channels: Int, inputs: Int) {
    guard description.tensors.indices.contains(reference), case .linear(let channels, let inputs, _) = description.tensors[reference]
    else { throw .tensorReference(segment: index) }
    return (channels, inputs)
  }

  /// A linear tensor of which channels are read, which a rotation does not allow.
  private func table(_ reference: Int, at index: Int) throws(GraphRejection) -> (channels: Int, inputs: Int) {
    let shape = try linear(reference, at: index)
    if case .linear(_, _, .h8) = description.tensors[reference] { throw .tensorReference(segment: index) }
    return shape
  }

  private func linear(_ map: LinearMap, at index: Int) throws(GraphRejection) -> (channels: Int, inputs: Int) {
    let shape = try linear(map.weights, at: index)
    if let bias = map.bias { try checkOffsets(bias, count: shape.channels, at: index) }
    return shape
  }

  private func checkOffsets(_ reference: Int, count: Int, at index: Int) throws(GraphRejection) {
    guard description.tensors.indices.contains(reference), description.tensors[reference] == .offsets(count: count) else {
      throw .tensorReference(segment: index)
    }
  }

  private func check(_ norm: Norm?, over width: Int, at index: Int) throws(GraphRejection) {
    guard let norm else { return }
    if let offset = norm.offset { try checkOffsets(offset, count: width, at: index) }
    guard
      description.tensors.indices.contains(norm.gain), case .vector(let count) = description.tensors[norm.gain], count == width
    else { throw .tensorReference(segment: index) }
    guard norm.epsilon <= 1 << 56, (1...62).contains(norm.shift) else { throw .shift(segment: index) }
  }

  private func chunks(of channels: Int, by chunk: Int, multipleOf unit: Int, at index: Int) throws(GraphRejection) -> Int {
    guard chunk >= unit, chunk.isMultiple(of: unit), channels.isMultiple(of: chunk) else { throw .chunk(segment: index) }
    return channels / chunk
  }
}
