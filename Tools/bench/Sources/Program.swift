import Foundation
import Inference
import ModelImport
import TestSupport

/// `probity-bench MODEL`: reads one command a line from standard input and answers each with one line of JSON, so that a driver can measure
/// beside another program, turn by turn. The commands stand in `Command`. `probity-bench import GGUF FORMAT OUTPUT` makes a bundle to measure.
/// In place of a bundle, MODEL may be `tiny`, the test model, or `synthetic`, one with the shape of LLaMA 7B.
@main
struct Program {
  static func main() throws {
    let words = CommandLine.arguments
    if words.count == 5, words[1] == "import", let format = WeightFormat(rawValue: words[3]) {
      return try LlamaImporter(try GGUFFile(contentsOf: words[2]), format: format).write(to: words[4])
    }
    guard words.count == 2 else {
      FileHandle.standardError.write(Data("usage: probity-bench MODEL.probity < commands\n".utf8))
      exit(64)
    }
    let model =
      switch words[1] {
      case "tiny": TinyModel.model
      case "synthetic": try SyntheticModel.make()
      default: try MappedModel.load(words[1]).preparedForDecoding(workers: Workers(count: 2))
      }
    let bench = Bench(model: model)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    while let line = readLine() {
      let answer = try bench.answer(try Command(line))
      FileHandle.standardOutput.write(try encoder.encode(answer) + Data("\n".utf8))
    }
  }
}
