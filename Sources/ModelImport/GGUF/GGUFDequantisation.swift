extension GGUFTensorType {
  /// The values of whole blocks.
  ///
  /// Only exact conversions, and single-precision products and sums in a fixed order: the same values on every machine.
  /// - Precondition: `bytes` are whole blocks.
  package func dequantise(_ bytes: [UInt8]) -> [Float] {
    precondition(bytes.count.isMultiple(of: blockBytes), "not whole blocks")
    var values: [Float] = []
    values.reserveCapacity(bytes.count / blockBytes * blockValues)
    for start in stride(from: 0, to: bytes.count, by: blockBytes) {
      let block = Block(bytes: bytes, start: start)
      switch self {
      case .f32: values.append(Float(bitPattern: block.word(0)))
      case .f16: values.append(block.half(0))
      case .bf16: values.append(Float(bitPattern: UInt32(block.short(0)) << 16))
      case .q40: appendQ4(block, scale: block.half(0), minimum: nil, at: 2, to: &values)
      case .q41: appendQ4(block, scale: block.half(0), minimum: block.half(2), at: 4, to: &values)
      case .q50: appendQ5(block, scale: block.half(0), minimum: nil, at: 2, to: &values)
      case .q51: appendQ5(block, scale: block.half(0), minimum: block.half(2), at: 4, to: &values)
      case .q80:
        let scale = block.half(0)
        for index in 0..<32 { values.append(scale * Float(block.signed(2 + index))) }
      case .q4K: appendQ4K(block, to: &values)
      case .q6K: appendQ6K(block, to: &values)
      }
    }
    return values
  }
}

/// The bytes of one block.
private struct Block {
  let bytes: [UInt8]
  let start: Int

  func byte(_ offset: Int) -> UInt8 { bytes[start + offset] }
  func signed(_ offset: Int) -> Int8 { Int8(bitPattern: byte(offset)) }
  func short(_ offset: Int) -> UInt16 { UInt16(byte(offset)) | UInt16(byte(offset + 1)) << 8 }
  func word(_ offset: Int) -> UInt32 { UInt32(short(offset)) | UInt32(short(offset + 2)) << 16 }
  func half(_ offset: Int) -> Float { Float(halfBits: short(offset)) }
}

extension Float {
  /// The value of an IEEE 754 half; every one is exact in single precision.
  init(halfBits bits: UInt16) {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 31
    let fraction = UInt32(bits & 0x3ff)
    switch exponent {
    case 0:
      let magnitude = Float(fraction) * 0x1p-24
      self = sign == 0 ? magnitude : -magnitude
    case 31: self = Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
    default: self = Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}

/// Appends 32 values of 4 bits: the low nibbles of 16 bytes, then the high ones.
private func appendQ4(_ block: Block, scale: Float, minimum: Float?, at offset: Int, to values: inout [Float]) {
  for index in 0..<32 {
    let byte = block.byte(offset + index % 16)
    let quantum = Int(index < 16 ? byte & 15 : byte >> 4)
    if let minimum { values.append(scale * Float(quantum) + minimum) } else { values.append(scale * Float(quantum - 8)) }
  }
}

/// Appends 32 values of 5 bits: as 4 bits, with the fifth bits in a word before them.
private func appendQ5(_ block: Block, scale: Float, minimum: Float?, at offset: Int, to values: inout [Float]) {
  let fifthBits = block.word(offset)
  for index in 0..<32 {
    let byte = block.byte(offset + 4 + index % 16)
    let quantum = Int(index < 16 ? byte & 15 : byte >> 4) | Int(fifthBits >> UInt32(index) & 1) << 4
    if let minimum { values.append(scale * Float(quantum) + minimum) } else { values.append(scale * Float(quantum - 16)) }
  }
}

/// Appends 256 values of 4 bits: eight runs of 32, each with a scale and a minimum of 6 bits.
private func appendQ4K(_ block: Block, to values: inout [Float]) {
  let (scale, minimum) = (block.half(0), block.half(2))
  for run in 0..<8 {
    let (runScale, runMinimum) = sixBitPair(block, run)
    let (factor, offset) = (scale * Float(runScale), minimum * Float(runMinimum))
    for index in 0..<32 {
      let byte = block.byte(16 + run / 2 * 32 + index)
      values.append(factor * Float(run.isMultiple(of: 2) ? byte & 15 : byte >> 4) - offset)
    }
  }
}

/// The 6-bit scale and minimum of a run, from the 12 bytes that hold eight of each.
private func sixBitPair(_ block: Block, _ run: Int) -> (scale: UInt8, minimum: UInt8) {
  func packed(_ index: Int) -> UInt8 { block.byte(4 + index) }
  guard run >= 4 else { return (packed(run) & 63, packed(run + 4) & 63) }
  return (packed(run + 4) & 15 | (packed(run - 4) >> 6) << 4, packed(run + 4) >> 4 | (packed(run) >> 6) << 4)
}

/// Appends 256 values of 6 bits: two halves of 128, each four runs of 32 that share bytes, with a scale for each 16 values.
private func appendQ6K(_ block: Block, to values: inout [Float]) {
  let scale = block.half(208)
  for half in 0..<2 {
    for run in 0..<4 {
      for index in 0..<32 {
        let lowByte = block.byte(half * 64 + run % 2 * 32 + index)
        let low = run < 2 ? lowByte & 15 : lowByte >> 4
        let high = block.byte(128 + half * 32 + index) >> UInt8(run * 2) & 3
        let quantum = Int(low | high << 4) - 32
        values.append(scale * Float(block.signed(192 + half * 8 + run * 2 + index / 16)) * Float(quantum))
      }
    }
  }
}
