import ArgumentParser
import Foundation
import Inference
import Provider
import Text

/// `probity infer`: runs a model here, without a network.
struct InferCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "infer", abstract: "Run a model on a prompt, integers only: the same answer on every machine.")

  @Option(help: "The bundle.")
  var model: String

  @Argument(help: "What to say to the model; for an embedding, the text.")
  var prompt: String?

  @Option(
    help: ArgumentHelp(
      "A tensor instead of a prompt: .npy of int8 or uint8, a .ppm image, or bare int8 values; for tensor models.", valueName: "file"))
  var input: String?

  @Flag(help: "Print the embedding of the text; for models that make them.")
  var embed = false

  @Option(help: "The most tokens of the answer.")
  var maxTokens = 64

  @Option(help: "Threads, 1 to 64; the answer does not depend on them.")
  var threads = 1

  @Flag(help: "Take the prompt as it is, without the chat template.")
  var raw = false

  @Flag(help: "Hash the trace and print its root.")
  var trace = false

  @Flag(help: "Print JSON.")
  var json = false

  func validate() throws {
    guard (1...64).contains(threads) else { throw ValidationError("--threads is 1 to 64.") }
    guard (1...Request.newTokenLimit).contains(maxTokens) else { throw ValidationError("--max-tokens is 1 to \(Request.newTokenLimit).") }
  }

  func run() throws {
    let model = try loadModel(model).preparedForDecoding(workers: Workers(count: threads))
    guard (input != nil) == (model.graph.task == .tensor) else {
      throw CommandFailure(input == nil ? "the model takes a tensor: use --input" : "the model takes text: leave out --input")
    }
    if let input { return try printTensor(model, input) }
    guard let prompt else { throw ValidationError("Missing expected argument '<prompt>'.") }
    guard embed == (model.graph.task == .embedding) else {
      throw CommandFailure(embed ? "the model generates text: leave out --embed" : "the model makes embeddings: use --embed")
    }
    if embed { return try printEmbedding(model, prompt) }
    let text = raw ? Array(prompt.utf8) : try PromptRendering(model).prompt([ChatMessage(role: "user", content: prompt)])
    let tokens = try model.tokenizer.encode(text)
    var repair = TextRepair()
    let clock = ContinuousClock()
    let start = clock.now
    var first = start
    let generation: Generation
    do {
      var count = 0
      generation = try model.generate(tokens, maxNewTokens: maxTokens, workers: Workers(count: threads), tracing: trace) { token in
        if count == 0 { first = clock.now }
        count += 1
        guard !json, !model.graph.stopTokens.contains(token) else { return }
        FileHandle.standardOutput.write(Data(repair.push(model.tokenizer.bytes(of: token))))
      }
    } catch {
      throw CommandFailure("the prompt cannot be run: \(error)")
    }
    let prefill = Double(tokens.count) / seconds(first - start)
    let decode = generation.outputTokens.count > 1 ? Double(generation.outputTokens.count - 1) / seconds(clock.now - first) : 0
    if json {
      let answer = try Binding.answer(to: generation.outputTokens, graph: model.graph, tokenizer: model.tokenizer)
      let fields: [String: Any] = [
        "answer": String(decoding: answer, as: UTF8.self), "promptTokens": tokens, "outputTokens": generation.outputTokens,
        "traceRoot": generation.trace?.root.hex ?? NSNull(), "prefillTokensPerSecond": prefill, "decodeTokensPerSecond": decode,
      ]
      print(String(decoding: try JSONSerialization.data(withJSONObject: fields, options: [.sortedKeys]), as: UTF8.self))
      return
    }
    print(String(decoding: repair.finish(), as: UTF8.self))
    FileHandle.standardError.write(
      Data(
        "\(tokens.count) tokens in at \(Int(prefill)) a second, \(generation.outputTokens.count) out at \(Int(decode)) a second\n".utf8))
    if let trace = generation.trace { print("trace root \(trace.root)") }
  }
}

extension InferCommand {
  private func printEmbedding(_ model: Model, _ prompt: String) throws {
    let tokens = try model.tokenizer.encode(Array(prompt.utf8))
    let clock = ContinuousClock()
    let start = clock.now
    let run: EmbeddingRun
    do { run = try model.embed(tokens, workers: Workers(count: threads), tracing: trace) } catch {
      throw CommandFailure("the text cannot be run: \(error)")
    }
    let milliseconds = seconds(clock.now - start) * 1000
    let unit = Double(sign: .plus, exponent: -(model.graph.unit?.fractionBits ?? 0), significand: 1)
    let values = run.values.map { Double($0) * unit }
    if json {
      let fields: [String: Any] = [
        "embedding": values, "promptTokens": tokens, "traceRoot": run.trace?.root.hex ?? NSNull(), "milliseconds": milliseconds,
      ]
      print(String(decoding: try JSONSerialization.data(withJSONObject: fields, options: [.sortedKeys]), as: UTF8.self))
      return
    }
    print(values.map { "\($0)" }.joined(separator: " "))
    FileHandle.standardError.write(Data("\(tokens.count) tokens in \(milliseconds) ms\n".utf8))
    if let trace = run.trace { print("trace root \(trace.root)") }
  }
}

private func seconds(_ duration: Duration) -> Double {
  Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}
