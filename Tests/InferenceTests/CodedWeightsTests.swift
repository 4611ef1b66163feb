import Inference
import TestSupport
import Testing

/// `[TRACE-3]`
@Suite struct CodedWeightsTests {
  /// The test model with weights of 15 evenly spaced values.
  private func coarse() throws -> Model {
    var bytes = TinyModel.bundle
    var start = TinyModel.header.preamble.count
    for shape in TinyModel.graph.tensors {
      start += BundleHeader.padding(after: start)
      if case .linear(_, let inputs, .a16) = shape {
        for leaf in 0..<shape.leafCount {
          for place in start + leaf * shape.leafBytes..<start + leaf * shape.leafBytes + 16 * inputs {
            let weight = Int(Int8(bitPattern: bytes[place]))
            bytes[place] = UInt8(bitPattern: Int8((weight + 127) / 17 * 17 - 127))
          }
        }
      }
      start += shape.byteCount
    }
    return try Model(ModelBytes(copying: bytes))
  }

  @Test("A model that is prepared for decoding gives the same tokens and the same trace", arguments: [1, 2, 3])
  func sameBits(workers: Int) throws {
    let plain = try coarse()
    let prepared = plain.preparedForDecoding(workers: Workers(count: workers))
    for prompt: [UInt32] in [[3], [5, 9, 2, 7], Array(1...20)] {
      let expected = try plain.generate(prompt, maxNewTokens: 12)
      let generation = try prepared.generate(prompt, maxNewTokens: 12, workers: Workers(count: workers))
      #expect(generation.outputTokens == expected.outputTokens)
      #expect(generation.trace?.root == expected.trace?.root)
    }
  }

  @Test("A model of other weights may be prepared, and gives the same too")
  func nothingToCode() throws {
    let model = TinyModel.model.preparedForDecoding()
    let expected = try TinyModel.model.generate([5, 9, 2], maxNewTokens: 8)
    #expect(try model.generate([5, 9, 2], maxNewTokens: 8).trace?.root == expected.trace?.root)
  }
}
