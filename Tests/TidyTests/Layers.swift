/// The layer table: a target imports only from targets that stand above it here. The order is that of `Package.swift`.
enum Layers {
  /// Every target below `Sources`, lowest layer first.
  static let order = [
    "CSecp256k1", "CLevelDB", "COpenSSL", "CHashing", "CKernels",
    "Bytes",
    "Cryptography", "Tensors",
    "Merkle",
    "Text", "Inference",
    "Ledger",
    "LightVerification", "Challenge", "Store", "NodeInterface",
    "Node", "Watchtower", "Provider",
    "NodeHTTP", "NodeClient", "ModelImport",
    "probity", "probity-verify",
  ]

  /// The targets without I/O, clock, randomness, concurrency, Foundation or floating point.
  static let pure: Set<String> = [
    "Bytes", "Cryptography", "Tensors", "Merkle", "Text", "Inference", "Ledger", "LightVerification", "Challenge",
  ]

  /// Modules that only the named targets may import.
  static let onlyImporters: [String: Set<String>] = [
    "CSecp256k1": ["Cryptography"],
    "COpenSSL": ["Cryptography"],
    "CHashing": ["Cryptography"],
    "CKernels": ["Tensors"],
    "CLevelDB": ["Store"],
    "Hummingbird": ["NodeHTTP"],
    "NIOCore": ["NodeHTTP"],
    "HTTPTypes": ["NodeHTTP"],
    "ServiceLifecycle": ["NodeHTTP"],
    "ArgumentParser": ["probity", "probity-verify"],
    "Logging": ["Node", "Watchtower", "Provider", "NodeHTTP", "probity"],
    "FoundationNetworking": ["NodeClient"],
    "SwiftProtobuf": ["ModelImport"],
  ]

  /// What `probity-verify` links: nothing that can store, serve or import.
  static let lightVerification: Set<String> = [
    "Bytes", "Cryptography", "Merkle", "Text", "Tensors", "Inference", "Ledger", "LightVerification",
  ]
}
