import Bytes

/// One kind of bytes that come from outside: where to begin, and what must hold for every input.
struct FuzzKind: Sendable {
  /// Reads the bytes as an attacker's; a broken promise ends the process.
  typealias Body = ([UInt8]) -> Void

  /// The name on the command line, which is that of the folder of the corpus as well.
  let name: String
  /// Valid bytes.
  let seeds: @Sendable () -> [[UInt8]]
  /// Makes ready what every run needs.
  let prepare: @Sendable () -> Body

  init(_ name: String, _ seeds: @escaping @Sendable @autoclosure () -> [[UInt8]], run: @escaping @Sendable ([UInt8]) -> Void) {
    self.init(name, seeds()) { run }
  }

  init(_ name: String, _ seeds: @escaping @Sendable @autoclosure () -> [[UInt8]], prepare: @escaping @Sendable () -> Body) {
    self.name = name
    self.seeds = seeds
    self.prepare = prepare
  }
}

extension FuzzKind {
  /// A type with one encoding: what is read encodes to the very same bytes. `look` uses what was read.
  static func canonical<Value: CanonicallyCodable & Sendable>(
    _ name: String, _: Value.Type, _ seeds: @escaping @Sendable @autoclosure () -> [Value],
    _ look: @escaping @Sendable (Value) -> Void = { _ in }
  ) -> FuzzKind {
    FuzzKind(name, seeds().map(\.encoded)) { (bytes: [UInt8]) in
      guard let value = try? Value(decoding: bytes) else { return }
      promise(value.encoded == bytes, "one value has one encoding")
      look(value)
    }
  }

  /// A text, of which invalid bytes have become replacement characters.
  static func text(_ name: String, _ seeds: [String], _ look: @escaping @Sendable (String) -> Void) -> FuzzKind {
    FuzzKind(name, seeds.map { Array($0.utf8) }) { (bytes: [UInt8]) in look(String(decoding: bytes, as: UTF8.self)) }
  }
}

/// Ends the process, for the fuzzer to report the input, unless `holds`.
func promise(_ holds: Bool, _ what: String) {
  guard holds else { fatalError("broken: \(what)") }
}

/// A value that the test model and the test chain give.
func value<Value>(_ make: () throws -> Value?) -> Value {
  guard let made = try? make() else { fatalError("the test model and the test chain are whole") }
  return made
}
