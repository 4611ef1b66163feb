import Foundation

/// `probity-bench MODEL`: reads one command a line from standard input and answers each with one line of JSON, so that a driver can measure
/// beside another program, turn by turn. The commands stand in `Command`.
@main
struct Program {
  static func main() throws {
    guard CommandLine.arguments.count == 2 else {
      FileHandle.standardError.write(Data("usage: probity-bench MODEL.probity < commands\n".utf8))
      exit(64)
    }
    let bench = Bench(model: try MappedModel.load(CommandLine.arguments[1]))
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    while let line = readLine() {
      let answer = try bench.answer(try Command(line))
      FileHandle.standardOutput.write(try encoder.encode(answer) + Data("\n".utf8))
    }
  }
}
