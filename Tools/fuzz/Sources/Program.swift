import Foundation

/// `probity-fuzz KIND [libFuzzer's arguments]` fuzzes one kind; `--list` names the kinds; `--seeds DIRECTORY` writes a folder of valid bytes
/// for each. Linked with libFuzzer, which is given the inputs by `LLVMFuzzerRunDriver`.
enum Program {
  /// What reads the inputs; set once, before the first.
  nonisolated(unsafe) private static var body: FuzzKind.Body?

  static func run(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    let words = CommandLine.arguments
    switch words.dropFirst().first {
    case "--list": print(FuzzKind.all.map(\.name).joined(separator: "\n"))
    case "--seeds" where words.count == 3: return writeSeeds(URL(filePath: words[2]))
    case let name?:
      guard let kind = (FuzzKind.all + [.canary]).first(where: { $0.name == name }) else { return usage() }
      Program.body = kind.prepare()
      // libFuzzer reads the arguments behind the kind; the program's name stays the first.
      var rest: [UnsafeMutablePointer<CChar>?] = [arguments[0]] + (2..<Int(count)).map { arguments[$0] } + [nil]
      return rest.withUnsafeMutableBufferPointer { buffer in
        var count = count - 1
        guard var start = buffer.baseAddress else { return 1 }
        return runDriver(&count, &start) { bytes, count in
          Program.body?(Array(UnsafeBufferPointer(start: bytes, count: count)))
          return 0
        }
      }
    case nil: return usage()
    }
    return 0
  }

  private static func writeSeeds(_ directory: URL) -> Int32 {
    do {
      for kind in FuzzKind.all {
        let folder = directory.appending(path: kind.name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (number, seed) in kind.seeds().enumerated() { try Data(seed).write(to: folder.appending(path: "seed-\(number)")) }
      }
      return 0
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      return 1
    }
  }

  private static func usage() -> Int32 {
    FileHandle.standardError.write(Data("usage: probity-fuzz KIND [arguments of libFuzzer] | --list | --seeds DIRECTORY\n".utf8))
    return 64
  }
}

/// libFuzzer's own main, which is linked in with `-sanitize=fuzzer`.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<Int32>, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// SwiftPM links an executable with this symbol as its `main`.
@_cdecl("probity_fuzz_main")
public func probityFuzzMain(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
  Program.run(count, arguments)
}
