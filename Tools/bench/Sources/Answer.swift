/// What `probity-bench` answers; the fields that a command does not speak of are left out.
struct Answer: Encodable {
  /// Wall-clock time.
  var seconds: Double?
  /// Tokens that were processed or made, or those of a text.
  var tokens: [UInt32]?
  /// Resident now.
  var residentKilobytes: Int?
  /// Resident at most since the start.
  var peakKilobytes: Int?
  /// One entry for each segment.
  var steps: [StepMeasurement]?
  /// One entry for each kind of segment.
  var disputes: [DisputeMeasurement]?
  /// An embedding.
  var values: [Double]?
  /// Generated text.
  var text: String?
  /// What the kernels run on.
  var instructionSet: String?
  /// One entry for each kernel.
  var kernels: [KernelMeasurement]?
  /// Bytes that were read, or that the weights take up.
  var bytes: Int?
  /// Values of committed leaves, and how many of them stand at the limit of their format.
  var committed: Int?
  var saturated: Int?
}

/// A kernel's speed.
struct KernelMeasurement: Encodable {
  /// A kind of linear tensor, or what the processor can do at most.
  let name: String
  /// A multiplication and an addition are two operations.
  let operationsPerSecond: Double
}

/// The step proofs of a segment's row: their size and the time to decode and check them.
struct StepMeasurement: Encodable {
  /// The segment's place in the graph.
  let segment: Int
  /// Its kind.
  let kind: String
  /// How many proofs: one for each chunk.
  let proofs: Int
  /// Bytes of the largest encoded proof.
  let bytes: Int
  /// Seconds to decode and check the slowest one, each the median of several.
  let seconds: Double
}

/// What it took to prove a lie in a segment on a chain: messages with their fees and signatures, and what a validator did with a block of each.
struct DisputeMeasurement: Encodable {
  /// The segment's place in the graph.
  let segment: Int
  /// Its kind.
  let kind: String
  /// Questions until the leaf was found, where the trace is withheld.
  let rounds: Int
  /// Bytes of the fraud proof: all there is to send where the trace is served.
  let proofBytes: Int
  /// Seconds for it.
  let proofSeconds: Double
  /// Bytes of the largest message.
  let largestBytes: Int
  /// Bytes of all messages: questions, answers, proof.
  let totalBytes: Int
  /// Seconds for the slowest message.
  let slowestSeconds: Double
}
