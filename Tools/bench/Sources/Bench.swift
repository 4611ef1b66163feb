import Bytes
import Foundation
import Inference
import Tensors

/// Carries out commands on one model.
struct Bench {
  let model: Model

  func answer(_ command: Command) throws -> Answer {
    switch command {
    case .prefill(let rows, let tracing, let workers): prefill(rows: rows, tracing: tracing, workers: Workers(count: workers))
    case .decode(let prompt, let count, let tracing, let workers):
      decode(prompt: prompt, count: count, tracing: tracing, workers: Workers(count: workers))
    case .embedding(let rows, let tracing, let workers): try embedding(rows: rows, tracing: tracing, workers: Workers(count: workers))
    case .embed(let file): try embed(file)
    case .generation(let prompt, let count, let tracing, let workers):
      generation(prompt: prompt, count: count, tracing: tracing, workers: Workers(count: workers))
    case .replay(let prompt, let count, let workers): try replay(prompt: prompt, count: count, workers: Workers(count: workers))
    case .kernels: KernelBench.answer()
    case .bandwidth: KernelBench.bandwidth()
    case .weights: Answer(bytes: weightBytes)
    case .saturation(let tokens): try saturation(of: tokens)
    case .memory: try memory()
    case .steps(let rows): try StepBench(model: model, tokens: sample(rows)).answer()
    case .disputes(let rows): try DisputeBench(model: model, tokens: sample(rows)).answer()
    case .tokens(let file): Answer(tokens: try model.tokenizer.encode(try bytes(of: file)))
    case .logits(let tokens, let out): try logits(of: tokens, out: out)
    case .answer(let count, let file): try generate(count: count, file: file)
    }
  }

  /// Ordinary tokens, the same in every run.
  private func sample(_ count: Int) -> [UInt32] {
    let first = min(1000, model.graph.vocabulary / 2)
    return (0..<count).map { UInt32(first + $0 * 7919 % (model.graph.vocabulary - first)) }
  }

  private func bytes(of file: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: file))) }

  private func prefill(rows: Int, tracing: Bool, workers: Workers) -> Answer {
    let tokens = sample(rows)
    let start = ContinuousClock.now
    let recorder = tracing ? TraceRecorder(graph: model.graph, extent: Extent(promptCount: rows, outputCount: 1)) : nil
    let stream = Inference.Stream(model: model, capacity: rows, workers: workers, recorder: recorder)
    let output = stream.append(tokens, firstGenerationRow: rows - 1)
    _ = recorder?.trace(Extent(promptCount: rows, outputCount: 1)).root
    return Answer(seconds: seconds(since: start), tokens: output, instructionSet: "\(InstructionSet.selected)")
  }

  private func decode(prompt: Int, count: Int, tracing: Bool, workers: Workers) -> Answer {
    let extent = Extent(promptCount: prompt, outputCount: count + 1)
    let recorder = tracing ? TraceRecorder(graph: model.graph, extent: extent) : nil
    let stream = Inference.Stream(model: model, capacity: extent.streamRows, workers: workers, recorder: recorder)
    var output = stream.append(sample(prompt), firstGenerationRow: prompt - 1)
    let start = ContinuousClock.now
    for _ in 0..<count { output += stream.append([output[output.count - 1]], firstGenerationRow: prompt - 1) }
    _ = recorder?.trace(extent).root
    return Answer(seconds: seconds(since: start), tokens: output)
  }

  private func embedding(rows: Int, tracing: Bool, workers: Workers) throws -> Answer {
    let tokens = sample(rows)
    let times = try (0..<10).map { _ in
      let start = ContinuousClock.now
      _ = try model.embed(tokens, workers: workers, tracing: tracing)
      return seconds(since: start)
    }
    return Answer(seconds: times.sorted()[5], tokens: tokens, instructionSet: "\(InstructionSet.selected)")
  }

  private func embed(_ file: String) throws -> Answer {
    let tokens = try model.tokenizer.encode(try bytes(of: file))
    let unit = Double(sign: .plus, exponent: -(model.graph.unit?.fractionBits ?? 0), significand: 1)
    return Answer(tokens: tokens, values: try model.embed(tokens, tracing: false).values.map { Double($0) * unit })
  }

  private func generation(prompt: Int, count: Int, tracing: Bool, workers: Workers) -> Answer {
    let extent = Extent(promptCount: prompt, outputCount: count)
    let start = ContinuousClock.now
    let recorder = tracing ? TraceRecorder(graph: model.graph, extent: extent) : nil
    let stream = Inference.Stream(model: model, capacity: extent.streamRows, workers: workers, recorder: recorder)
    var output = stream.append(sample(prompt), firstGenerationRow: prompt - 1)
    while output.count < count { output += stream.append([output[output.count - 1]], firstGenerationRow: prompt - 1) }
    _ = recorder?.trace(extent).root
    return Answer(seconds: seconds(since: start), tokens: output)
  }

  private func replay(prompt: Int, count: Int, workers: Workers) throws -> Answer {
    let tokens = sample(prompt + count)
    let start = ContinuousClock.now
    _ = try model.replay(promptTokens: Array(tokens[..<prompt]), outputTokens: Array(tokens[prompt...]), workers: workers).root
    return Answer(seconds: seconds(since: start))
  }

  /// What each token reads: every linear tensor but a table that is no head, of which it reads one channel.
  private var weightBytes: Int {
    let graph = model.graph
    return graph.tensors.enumerated().reduce(0) { total, tensor in
      guard case .linear = tensor.element, tensor.offset != 0 || graph.maxima?.weights == 0 else { return total }
      return total + tensor.element.byteCount
    }
  }

  private func saturation(of file: String) throws -> Answer {
    let tokens = try words(of: file)
    let graph = model.graph
    let next = try model.replay(
      promptTokens: tokens, outputTokens: [0], workers: Workers(count: 2), keeping: Set(graph.segments.indices))
    var (values, saturated) = (0, 0)
    for (index, layout) in graph.layouts.enumerated() {
      guard let leaves = next.leaves[index], layout.format != .token else { continue }
      leaves.withUnsafeBytes { bytes in
        switch layout.format {
        case .int32:
          let all = bytes.bindMemory(to: Int32.self)
          values += all.count
          saturated += all.count { $0.magnitude == UInt32(Int32.max) }
        case .int16:
          let all = bytes.bindMemory(to: Int16.self)
          values += all.count
          saturated += all.count { $0.magnitude == UInt16(Int16.max) }
        case .packed:
          // Only a row at the limit of i32 needs the largest exponent; its values at the limit of i16 are those.
          for start in stride(from: 0, to: bytes.count, by: layout.leafBytes) {
            values += layout.width
            guard bytes[start] == 16 else { continue }
            for value in 0..<layout.width {
              let q = bytes.loadUnaligned(fromByteOffset: start + 1 + 2 * value, as: Int16.self)
              if q == .max || q == .min { saturated += 1 }
            }
          }
        case .token, .int8: break
        }
      }
    }
    return Answer(committed: values, saturated: saturated)
  }

  private func words(of file: String) throws -> [UInt32] {
    let content = try bytes(of: file)
    return stride(from: 0, to: content.count - 3, by: 4).map { index in
      content[index..<index + 4].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
  }

  private func memory() throws -> Answer {
    let status = try String(contentsOf: URL(filePath: "/proc/self/status"), encoding: .utf8)
    func kilobytes(_ field: String) -> Int? {
      status.split(separator: "\n").first { $0.hasPrefix(field) }.flatMap { $0.split(whereSeparator: \.isWhitespace).dropFirst().first }
        .flatMap { Int($0) }
    }
    return Answer(residentKilobytes: kilobytes("VmRSS:"), peakKilobytes: kilobytes("VmHWM:"))
  }

  private func logits(of file: String, out: String) throws -> Answer {
    let tokens = try words(of: file)
    let vocabulary = model.graph.vocabulary
    var values = [Int32](repeating: 0, count: tokens.count * vocabulary)
    let start = ContinuousClock.now
    Inference.Stream(model: model, capacity: tokens.count).append(tokens, firstGenerationRow: 0) { row, column, part in
      for index in part.indices { values[row * vocabulary + column + index] = part[index] }
    }
    let time = seconds(since: start)
    try values.withUnsafeBytes { try Data($0).write(to: URL(filePath: out)) }
    return Answer(seconds: time)
  }

  private func generate(count: Int, file: String) throws -> Answer {
    let prompt = try model.tokenizer.encode(try bytes(of: file))
    let start = ContinuousClock.now
    let run = try model.generate(prompt, maxNewTokens: count, tracing: false)
    let time = seconds(since: start)
    let shown = run.stop == .stopToken ? Array(run.outputTokens.dropLast()) : run.outputTokens
    let text = try model.tokenizer.decode(shown)
    return Answer(seconds: time, tokens: run.outputTokens, text: String(decoding: text, as: UTF8.self))
  }
}

/// Seconds of wall-clock time since a moment.
func seconds(since start: ContinuousClock.Instant) -> Double {
  let duration = ContinuousClock.now - start
  return Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}
