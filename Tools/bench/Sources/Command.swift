import Foundation

/// What the driver may ask for.
enum Command {
  /// `prefill ROWS TRACING WORKERS`: seconds for one prompt, with the argmax of its last row.
  case prefill(rows: Int, tracing: Bool, workers: Int)
  /// `decode PROMPT COUNT TRACING WORKERS`: seconds for `COUNT` tokens after a prompt, one at a time.
  case decode(prompt: Int, count: Int, tracing: Bool, workers: Int)
  /// `embedding ROWS TRACING WORKERS`: seconds for the embedding of so many tokens, the median of ten.
  case embedding(rows: Int, tracing: Bool, workers: Int)
  /// `embed FILE`: the tokens of a text and its embedding.
  case embed(file: String)
  /// `generation PROMPT COUNT TRACING WORKERS`: seconds for a prompt and `COUNT` tokens after it.
  case generation(prompt: Int, count: Int, tracing: Bool, workers: Int)
  /// `replay PROMPT COUNT WORKERS`: seconds to replay a record of as many tokens.
  case replay(prompt: Int, count: Int, workers: Int)
  /// `kernels`: the speed of the linear kernels, and what the processor can do at most.
  case kernels
  /// `bandwidth`: seconds to read so many bytes from memory.
  case bandwidth
  /// `weights`: how many bytes of weights a token reads.
  case weights
  /// `saturation TOKENS`: how many values of the trace over a file of `u32` tokens stand at the limits of their formats.
  case saturation(tokens: String)
  /// `memory`: kilobytes resident, now and at most.
  case memory
  /// `steps ROWS`: bytes and seconds to check, for a step of every segment.
  case steps(rows: Int)
  /// `disputes ROWS`: rounds, bytes and seconds of proving a lie in each kind of segment on a chain.
  case disputes(rows: Int)
  /// `tokens FILE`: the tokens of a text.
  case tokens(file: String)
  /// `logits TOKENS OUT`: the channel values of every row, as `i32`, for a file of `u32` tokens.
  case logits(tokens: String, out: String)
  /// `answer COUNT FILE`: greedy text for a rendered prompt.
  case answer(count: Int, file: String)

  /// A line that is no command.
  struct Unknown: Error { let line: String }

  /// Reads a command.
  init(_ line: String) throws {
    let words = line.split(separator: " ").map(String.init)
    let numbers = words.map { Int($0) ?? 0 }
    let tracing = words.contains("trace")
    switch (words.first, words.count) {
    case ("prefill", 4): self = .prefill(rows: numbers[1], tracing: tracing, workers: numbers[3])
    case ("decode", 5): self = .decode(prompt: numbers[1], count: numbers[2], tracing: tracing, workers: numbers[4])
    case ("embedding", 4): self = .embedding(rows: numbers[1], tracing: tracing, workers: numbers[3])
    case ("embed", 2): self = .embed(file: words[1])
    case ("generation", 5): self = .generation(prompt: numbers[1], count: numbers[2], tracing: tracing, workers: numbers[4])
    case ("replay", 4): self = .replay(prompt: numbers[1], count: numbers[2], workers: numbers[3])
    case ("kernels", 1): self = .kernels
    case ("bandwidth", 1): self = .bandwidth
    case ("weights", 1): self = .weights
    case ("saturation", 2): self = .saturation(tokens: words[1])
    case ("memory", 1): self = .memory
    case ("steps", 2): self = .steps(rows: numbers[1])
    case ("disputes", 2): self = .disputes(rows: numbers[1])
    case ("tokens", 2): self = .tokens(file: words[1])
    case ("logits", 3): self = .logits(tokens: words[1], out: words[2])
    case ("answer", 3): self = .answer(count: numbers[1], file: words[2])
    default: throw Unknown(line: line)
    }
  }
}
