import Bytes
import Cryptography

/// Why a file is not a genesis. `[GEN-3]`
public enum GenesisFileRejection: Error, Hashable, Sendable {
  /// The file is too large.
  case tooLarge
  /// The file is not JSON.
  case json(JSONRejection)
  /// A member is missing, unknown, or not of its kind; the path says which.
  case member(String)
  /// The parts break a rule of `[GEN-1]`.
  case rules(DecodingRejection)
  /// The file says another root than its content has.
  case root(stated: Digest, computed: Digest)
}

extension GenesisFileRejection: CustomStringConvertible {
  /// A sentence for people.
  public var description: String {
    switch self {
    case .tooLarge: "the genesis file is too large"
    case .json(let reason): "the genesis file is not JSON: \(reason)"
    case .member(let path): "the genesis file's member \(path) is missing, unknown or not of its kind"
    case .rules(let reason): "the genesis breaks a rule: \(reason)"
    case .root(let stated, let computed): "the genesis file says the root \(stated), but its content has the root \(computed)"
    }
  }
}

extension Genesis {
  /// Reads a genesis file and checks the root that it states. `[GEN-3]`
  public init(file bytes: [UInt8]) throws(GenesisFileRejection) {
    guard bytes.count <= LedgerLimits.genesisFileBytes else { throw .tooLarge }
    let value: JSONValue
    do { value = try JSONValue(bytes, depth: 4) } catch { throw .json(error) }
    let members = try JSONMembers(value, "genesis", names: ["name", "time", "parameters", "validators", "accounts", "root"])
    let root = try members.digest("root")
    let genesis = try Genesis(
      name: Array(members.text("name").utf8), time: members.unsigned("time"), parameters: members.parameters(),
      validators: members.array("validators").enumerated().map { (index, value) throws(GenesisFileRejection) in
        try PublicKey(json: value, path: "validators[\(index)]")
      },
      accounts: members.array("accounts").enumerated().map { (index, value) throws(GenesisFileRejection) in
        try GenesisAccount(json: value, path: "accounts[\(index)]")
      }, rejecting: ())
    guard genesis.root == root else { throw .root(stated: root, computed: genesis.root) }
    self = genesis
  }

  private init(
    name: [UInt8], time: UInt64, parameters: Parameters, validators: [PublicKey], accounts: [GenesisAccount], rejecting: Void
  ) throws(GenesisFileRejection) {
    do {
      try self.init(name: name, time: time, parameters: parameters, validators: validators, accounts: accounts)
    } catch {
      throw .rules(error)
    }
  }

  /// The genesis as a file, for people to read; `init(file:)` reads it back. `[GEN-3]`
  public var fileText: String {
    let parameters = zip(Parameters.fields, self.parameters.values).map { "    \"\($0.name)\": \($1)" }
    let validators = validators.map { "    \"\($0.xCoordinate.hex)\"" }
    let accounts = accounts.map {
      "    { \"key\": \"\($0.key.xCoordinate.hex)\", \"balance\": \($0.balance.units), \"stake\": \($0.stake.units) }"
    }
    return """
      {
        "name": \(JSONValue.quoted(String(decoding: name, as: UTF8.self))),
        "time": \(time),
        "parameters": {
      \(parameters.joined(separator: ",\n"))
        },
        "validators": [
      \(validators.joined(separator: ",\n"))
        ],
        "accounts": [
      \(accounts.joined(separator: ",\n"))
        ],
        "root": "\(root.hex)"
      }

      """
  }
}

/// The members of an object that must have exactly the given names.
private struct JSONMembers {
  private let members: [String: JSONValue]
  private let path: String

  init(_ value: JSONValue, _ path: String, names: [String]) throws(GenesisFileRejection) {
    guard case .object(let members) = value else { throw .member(path) }
    for name in members.keys.sorted() where !names.contains(name) { throw .member("\(path).\(name)") }
    for name in names where members[name] == nil { throw .member("\(path).\(name)") }
    self.members = members
    self.path = path
  }

  func value<Value>(_ name: String, _ body: (JSONValue) -> Value?) throws(GenesisFileRejection) -> Value {
    guard let value = members[name].flatMap(body) else { throw .member("\(path).\(name)") }
    return value
  }

  func unsigned(_ name: String) throws(GenesisFileRejection) -> UInt64 { try value(name, \.unsigned) }

  func text(_ name: String) throws(GenesisFileRejection) -> String { try value(name, \.text) }

  func digest(_ name: String) throws(GenesisFileRejection) -> Digest { try value(name, Digest.init(json:)) }

  func array(_ name: String) throws(GenesisFileRejection) -> [JSONValue] {
    try value(name) { if case .array(let elements) = $0 { elements } else { nil } }
  }

  func parameters() throws(GenesisFileRejection) -> Parameters {
    let names = Parameters.fields.map(\.name)
    let members = try JSONMembers(value("parameters") { $0 }, "parameters", names: names)
    var values: [UInt64] = []
    for name in names { values.append(try members.unsigned(name)) }
    guard let parameters = Parameters(values) else { throw .rules(.outOfRange) }
    return parameters
  }
}

extension Digest {
  /// Reads a string of 64 lower-case hexadecimal digits.
  fileprivate init?(json value: JSONValue) {
    guard let text = value.text, let digest = Digest(hex: text), digest.hex == text else { return nil }
    self = digest
  }
}

extension PublicKey {
  fileprivate init(json value: JSONValue, path: String) throws(GenesisFileRejection) {
    guard let digest = Digest(json: value), let key = PublicKey(digest) else { throw .member(path) }
    self = key
  }
}

extension GenesisAccount {
  fileprivate init(json value: JSONValue, path: String) throws(GenesisFileRejection) {
    let members = try JSONMembers(value, path, names: ["key", "balance", "stake"])
    self.init(
      key: try PublicKey(json: members.value("key") { $0 }, path: "\(path).key"), balance: Amount(try members.unsigned("balance")),
      stake: Amount(try members.unsigned("stake")))
  }
}

extension JSONValue {
  /// A string as JSON writes it.
  public static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case "\u{0}"..<"\u{20}": quoted += "\\u00" + [UInt8(scalar.value)].hex
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
