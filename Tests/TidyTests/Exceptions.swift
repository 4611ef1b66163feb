/// Every place that a rule of these tests lets pass. Each entry says why; keep them few.
enum Exceptions {
  /// Files of pure targets that may name a word that is banned there.
  static let impure: Set<String> = [
    "Sources/Inference/Executor/Workers.swift"  // Threads: what is computed never depends on how it was split.
  ]

  /// Files that a generator wrote: their length is not ours.
  static let generated: Set<String> = ["Sources/ModelImport/ONNX/Generated/onnx.pb.swift"]

  /// Files that may use wrapping operators.
  static let wrapping: Set<String> = []

  /// Tags of SPEC.md, or the beginnings of them, that need no citation in `Sources`.
  static let tagsWithoutSource = [
    "TESTMODEL-"  // The model that the tests run: Tests/TestSupport carries it out.
  ]

  /// Tags of SPEC.md that need no citation in `Tests`.
  static let tagsWithoutTest: Set<String> = []

  /// `Enum.case` of rejections that no test provokes yet: each is a gap to close.
  static let unprovokedRejections: Set<String> = []
}
