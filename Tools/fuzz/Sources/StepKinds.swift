import Inference
import TestSupport

extension FuzzKind {
  /// The one-step checker against the definitions, on steps of models whose hashes are all right.
  static let steps: [FuzzKind] = [
    forged("step-forged", TinyModel.model, TinyModel.trees) { try TinyRecord.honest("Hi!", maxNewTokens: 3) },
    forged("step-forged-mixed", MixedModel.model, MixedModel.trees, mixed),
    forged("step-forged-encoder", TinyEncoder.model, TinyEncoder.trees) { try TinyRecord.embedding("Hello") },
    forged("step-forged-tensor", TinyTensorModel.model, TinyTensorModel.trees) { try TinyTensorModel.honest() },
  ]

  /// The test model's answer, as a trace of the mixed model would hold it.
  @Sendable private static func mixed() throws -> TinyRecord {
    var honest = try TinyRecord.honest("Hi!", maxNewTokens: 3)
    honest.trace = try MixedModel.model.replay(
      promptTokens: honest.record.promptTokens, outputTokens: honest.record.outputTokens,
      keeping: Set(MixedModel.model.graph.segments.indices))
    return honest
  }

  private static func forged(
    _ name: String, _ model: Model, _ trees: ModelTrees, _ honest: @escaping @Sendable () throws -> TinyRecord
  ) -> FuzzKind {
    FuzzKind(name, ForgedStep.seeds(segments: model.graph.segments.count)) {
      let forged = ForgedStep(model: model, trees: trees, honest: value { try honest() })
      return { forged.run($0[...]) }
    }
  }
}

extension ForgedStep {
  /// For each segment a right step and a lie, and steps with extreme numbers in what they read.
  fileprivate static func seeds(segments: Int) -> [[UInt8]] {
    let extremes: [[UInt8]] = [[0xff, 0xff, 0xff, 0x7f], [0, 0, 0, 0x80], [0, 0, 0, 0], [1, 0, 0, 0x80]]
    func patch(_ part: UInt8, _ value: [UInt8], _ count: UInt8) -> [UInt8] { [part, 0, 0] + value + [count] }
    var seeds: [[UInt8]] = []
    for segment in 0..<segments {
      let right: [UInt8] = [UInt8(segment), 2, 0, 9, 0, 0]
      let lie: [UInt8] = [UInt8(segment), 2, 0, 9, 0, 1]
      seeds += [right, lie]
      for extreme in extremes {
        seeds.append(right + patch(0, extreme, 255) + patch(1, extreme, 255))
        seeds.append(right + patch(8, extreme, 3) + patch(9, extreme, 3))
      }
    }
    return seeds
  }
}
