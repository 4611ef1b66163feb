import Bytes

extension FuzzKind {
  /// A reader with a planted fault, which only a fuzzer finds that sees what the bytes are compared with: it shows that the fuzzing works.
  static let canary = FuzzKind("canary", [[]]) { bytes in
    var reader = ByteReader(bytes)
    guard
      (try? reader.read(UInt32.self)) == 0x7972_616e, let text = try? reader.readCounted(atMost: 8), text.count == 4,
      (try? reader.finish()) != nil
    else { return }
    promise(!text.starts(with: [0x66, 0x61]), "the planted fault")
  }
}
