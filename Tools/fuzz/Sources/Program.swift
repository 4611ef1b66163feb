import Foundation

/// `PROBITY_FUZZ_KIND=KIND probity-fuzz [libFuzzer's arguments]` fuzzes one kind; `--list` names the kinds; `--seeds DIRECTORY` writes a folder
/// of valid bytes for each. Linked with libFuzzer, which is given the inputs by `LLVMFuzzerRunDriver`. libFuzzer starts the program again with
/// its own arguments to merge corpora, so the kind is none of them.
enum Program {
  /// What reads the inputs; set once, before the first.
  nonisolated(unsafe) private static var body: FuzzKind.Body?

  static func run(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    let words = CommandLine.arguments
    if words.count == 2, words[1] == "--list" {
      print(FuzzKind.all.map(\.name).joined(separator: "\n"))
      return 0
    }
    if words.count == 3, words[1] == "--seeds" { return writeSeeds(URL(filePath: words[2])) }
    let name = ProcessInfo.processInfo.environment["PROBITY_FUZZ_KIND"]
    guard let kind = (FuzzKind.all + [.canary]).first(where: { $0.name == name }) else { return usage() }
    Program.body = kind.prepare()
    var (count, start) = (count, arguments)
    return runDriver(&count, &start) { bytes, count in
      Program.body?(Array(UnsafeBufferPointer(start: bytes, count: count)))
      return 0
    }
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
    FileHandle.standardError.write(
      Data("usage: PROBITY_FUZZ_KIND=KIND probity-fuzz [arguments of libFuzzer] | probity-fuzz --list | --seeds DIRECTORY\n".utf8))
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
