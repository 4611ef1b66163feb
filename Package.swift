// swift-tools-version: 6.1
import PackageDescription

// The targets stand in the order of the layers; a target imports only from layers above it in this list.
// `Tests/TidyTests` holds the same table and refuses an import that goes the other way.

/// The kernels are C with intrinsics: an unoptimised build would make every test that runs a model a hundred times slower.
let kernelSettings: [CSetting] = [.unsafeFlags(["-O3", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror"])]
let strict: [SwiftSetting] = [.unsafeFlags(["-warnings-as-errors"])]

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name + "Tests", dependencies: dependencies + ["TestSupport"], swiftSettings: strict)
}

let package = Package(
  name: "probity",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "probity", targets: ["probity"]),
    .executable(name: "probity-verify", targets: ["probity-verify"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // Layer 0: C
    .systemLibrary(name: "CSecp256k1", pkgConfig: "libsecp256k1", providers: [.apt(["libsecp256k1-dev"])]),
    .systemLibrary(name: "CLevelDB", providers: [.apt(["libleveldb-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "CHashing", cSettings: kernelSettings),
    .target(name: "CKernels", cSettings: kernelSettings),

    // Layer 1: bytes
    library("Bytes", []),

    // Layer 2: the only importers of the cryptography libraries and of the kernels
    library("Cryptography", ["Bytes", "CSecp256k1", "COpenSSL", "CHashing"]),
    library("Tensors", ["Bytes", "CKernels"]),

    // Layer 3: trees
    library("Merkle", ["Bytes", "Cryptography"]),

    // Layer 4: text and inference
    library("Text", ["Bytes", "Cryptography"]),
    library("Inference", ["Bytes", "Cryptography", "Merkle", "Tensors", "Text"]),

    // Layer 5: the ledger, pure
    library("Ledger", ["Bytes", "Cryptography", "Merkle", "Text", "Inference"]),

    // Layer 6: what stands on the ledger without a network
    library("LightVerification", ["Bytes", "Cryptography", "Merkle", "Text", "Inference", "Ledger"]),
    library("Challenge", ["Bytes", "Cryptography", "Merkle", "Text", "Inference", "Ledger"]),
    library("Store", ["Bytes", "CLevelDB"]),
    library("NodeInterface", ["Bytes", "Cryptography", "Merkle", "Inference", "Ledger", "LightVerification"]),

    // Layer 7: actors
    library(
      "Node",
      [
        "Bytes", "Cryptography", "Merkle", "Text", "Inference", "Ledger", "LightVerification", "Store", "NodeInterface",
        .product(name: "Logging", package: "swift-log"),
      ]),
    library(
      "Watchtower",
      [
        "Bytes", "Cryptography", "Merkle", "Text", "Inference", "Ledger", "Challenge", "NodeInterface",
        .product(name: "Logging", package: "swift-log"),
      ]),
    library(
      "Provider",
      [
        "Bytes", "Cryptography", "Merkle", "Text", "Inference", "Ledger", "Challenge", "Store", "NodeInterface",
        .product(name: "Logging", package: "swift-log"),
      ]),

    // Layer 8: the network, and the import of foreign model files (the only place for floating point)
    library(
      "NodeHTTP",
      [
        "Bytes", "Cryptography", "Merkle", "Text", "Inference", "Ledger", "LightVerification", "NodeInterface", "Node", "Provider",
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    library("NodeClient", ["Bytes", "Cryptography", "Merkle", "Inference", "Ledger", "LightVerification", "NodeInterface"]),
    library(
      "ModelImport",
      [
        "Bytes", "Cryptography", "Merkle", "Text", "Inference", "Tensors",
        .product(name: "SwiftProtobuf", package: "swift-protobuf"),
      ]),

    // Layer 9: programs
    .executableTarget(
      name: "probity",
      dependencies: [
        "Bytes", "Cryptography", "Merkle", "Text", "Inference", "Tensors", "Ledger", "LightVerification", "Challenge", "Store",
        "NodeInterface",
        "Node", "Watchtower", "Provider", "NodeHTTP", "NodeClient", "ModelImport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "probity-verify",
      dependencies: ["Bytes", "Cryptography", "Merkle", "Text", "Inference", "Ledger", "LightVerification"],
      swiftSettings: strict),
    .target(name: "CPeak", path: "Tools/bench/Peak", cSettings: kernelSettings),
    .executableTarget(
      name: "probity-bench",
      dependencies: [
        "CPeak", "Bytes", "Cryptography", "Merkle", "Text", "Inference", "Tensors", "Ledger", "Challenge", "ModelImport", "TestSupport",
      ],
      path: "Tools/bench/Sources",
      swiftSettings: strict),
    .executableTarget(
      name: "probity-crash-test",
      dependencies: [
        "Bytes", "Cryptography", "Inference", "Ledger", "NodeInterface", "NodeClient", "TestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tools/crash-test/Sources",
      swiftSettings: strict),
    .executableTarget(
      name: "probity-replay",
      dependencies: ["Bytes", "Cryptography", "Merkle", "Text", "Ledger"],
      path: "Tools/transition-fuzz/Sources",
      swiftSettings: strict),

    // Tests
    .target(
      name: "TestSupport", dependencies: ["Bytes", "Cryptography", "Merkle", "Text", "Inference", "Tensors", "Ledger"],
      path: "Tests/TestSupport", swiftSettings: strict),
    tests("Bytes", ["Bytes"]),
    tests("Cryptography", ["Bytes", "Cryptography"]),
    tests("Tensors", ["Bytes", "Tensors"]),
    tests("Merkle", ["Bytes", "Cryptography", "Merkle"]),
    tests("Text", ["Bytes", "Text"]),
    tests("Inference", ["Bytes", "Cryptography", "Merkle", "Tensors", "Text", "Inference"]),
    tests("ModelImport", ["Bytes", "Cryptography", "Merkle", "Tensors", "Text", "Inference", "ModelImport"]),
    tests("Ledger", ["Bytes", "Cryptography", "Merkle", "Text", "Inference", "Ledger"]),
    tests("LightVerification", ["Bytes", "Cryptography", "Merkle", "Inference", "Ledger", "LightVerification"]),
    tests("Challenge", ["Bytes", "Cryptography", "Merkle", "Inference", "Ledger", "Challenge"]),
    tests("Store", ["Bytes", "Store"]),
    tests("Node", ["Bytes", "Cryptography", "Merkle", "Inference", "Ledger", "LightVerification", "Store", "NodeInterface", "Node"]),
    tests("NodeHTTP", ["Bytes", "Cryptography", "Merkle", "Inference", "Ledger", "NodeInterface", "Node", "NodeHTTP", "NodeClient"]),
    tests(
      "EndToEnd",
      [
        "Bytes", "Cryptography", "Merkle", "Text", "Inference", "Ledger", "LightVerification", "Challenge", "Store", "NodeInterface",
        "Node", "Watchtower", "Provider", "NodeHTTP", "NodeClient", "ModelImport",
      ]),
    .testTarget(name: "TidyTests", dependencies: [], swiftSettings: strict),
  ]
)

// The fuzzer needs every target compiled for it, so it has a build of its own: Tools/fuzz/run.py sets the variable and the flags.
if Context.environment["PROBITY_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "probity-fuzz",
      dependencies: [
        "Bytes", "Cryptography", "Merkle", "Text", "Inference", "Tensors", "Ledger", "LightVerification", "NodeInterface", "NodeClient",
        "ModelImport", "TestSupport",
      ],
      path: "Tools/fuzz/Sources",
      swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])]))
}
