import Bytes
import Merkle
import TestSupport
import Testing

/// The reference tree of the Certificate Transparency projects: eight leaves, with the roots and proofs that they publish.
@Suite("Published Certificate Transparency vectors [TREE-1] [TREE-3] [TREE-4]")
struct TransparencyVectorTests {
  private static let contents = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]

  private static let roots = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ]

  /// The index of the leaf, the size of the tree, the path.
  static let inclusions: [(UInt64, UInt64, [String])] = [
    (0, 1, []),
    (
      0, 8,
      [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
      ]
    ),
    (
      5, 8,
      [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      ]
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
      1, 5,
      [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      ]
    ),
  ]

  /// The size of the older tree, of the newer tree, the path.
  static let consistencies: [(UInt64, UInt64, [String])] = [
    (1, 1, []),
    (
      1, 8,
      [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
      ]
    ),
    (
      6, 8,
      [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      ]
    ),
    (
      2, 5,
      [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      ]
    ),
    (
      6, 7,
      [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      ]
    ),
  ]

  private let tree: StoredTree
  private let leafHashes: [Digest]
  private let roots: [Digest]

  init() throws {
    leafHashes = try TransparencyVectorTests.contents.map { MerkleTree.leafHash(try hexBytes($0)) }
    roots = try TransparencyVectorTests.roots.map { try hexDigest($0) }
    tree = StoredTree(leafHashes: leafHashes)
  }

  @Test("The roots of one to eight leaves, by each way to compute them")
  func rootsOfAllSizes() {
    var builder = TreeBuilder()
    #expect(builder.root.hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    for (index, root) in roots.enumerated() {
      builder.append(leafHash: leafHashes[index])
      #expect(builder.root == root)
      #expect(tree.root(size: UInt64(index) + 1) == root)
      #expect(MerkleTree.root(ofLeafHashes: Array(leafHashes[...index])) == root)
    }
  }

  @Test("The inclusion proofs", arguments: TransparencyVectorTests.inclusions)
  func inclusion(_ index: UInt64, _ size: UInt64, _ path: [String]) throws {
    let proof = InclusionProof(path: try path.map { try hexDigest($0) })
    #expect(tree.inclusionProof(index: index, size: size) == proof)
    try proof.verify(leafHash: leafHashes[Int(index)], index: index, size: size, root: roots[Int(size) - 1])
  }

  @Test("The consistency proofs", arguments: TransparencyVectorTests.consistencies)
  func consistency(_ oldSize: UInt64, _ newSize: UInt64, _ path: [String]) throws {
    let proof = ConsistencyProof(path: try path.map { try hexDigest($0) })
    #expect(tree.consistencyProof(oldSize: oldSize, newSize: newSize) == proof)
    try proof.verify(oldSize: oldSize, oldRoot: roots[Int(oldSize) - 1], newSize: newSize, newRoot: roots[Int(newSize) - 1])
  }

  @Test("The range of SPEC's example")
  func range() throws {
    let expected = [leafHashes[0], leafHashes[3], try hexDigest("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4")]
    #expect(tree.rangeProof(1..<3)?.hashes == expected)
    try RangeProof(hashes: expected).verify(leafHashes: Array(leafHashes[1..<3]), first: 1, size: 8, root: roots[7])
  }

  @Test("The probes of the projects' own verifiers: a wrong index, size, leaf, root, or proof")
  func probes() throws {
    let other = try hexDigest("abacaba000000000000000000000000000000000000000000060061e00123456")
    for (index, size, path) in TransparencyVectorTests.inclusions {
      let (leaf, root) = (leafHashes[Int(index)], roots[Int(size) - 1])
      let good = try path.map { try hexDigest($0) }
      func refuses(_ path: [Digest], _ leaf: Digest, _ index: UInt64, _ size: UInt64, _ root: Digest) {
        #expect(throws: ProofRejection.self) {
          try InclusionProof(path: path).verify(leafHash: leaf, index: index, size: size, root: root)
        }
      }
      refuses(good, leaf, index &- 1, size, root)
      refuses(good, leaf, index + 1, size, root)
      refuses(good, leaf, index ^ 2, size, root)
      refuses(good, leaf, index, size * 2, root)
      refuses(good, leaf, index, size / 2, root)
      refuses(good, other, index, size, root)
      refuses(good, leaf, index, size, other)
      refuses(good, leaf, index, size, MerkleTree.emptyRoot)
      refuses(good + [root], leaf, index, size, root)
      refuses([root] + good, leaf, index, size, root)
      if !good.isEmpty { refuses(Array(good.dropLast()), leaf, index, size, root) }
    }
    for (oldSize, newSize, path) in TransparencyVectorTests.consistencies.dropFirst() {
      let (oldRoot, newRoot) = (roots[Int(oldSize) - 1], roots[Int(newSize) - 1])
      let good = try path.map { try hexDigest($0) }
      func refuses(_ path: [Digest], _ oldSize: UInt64, _ oldRoot: Digest, _ newSize: UInt64, _ newRoot: Digest) {
        #expect(throws: ProofRejection.self) {
          try ConsistencyProof(path: path).verify(oldSize: oldSize, oldRoot: oldRoot, newSize: newSize, newRoot: newRoot)
        }
      }
      refuses(good, oldSize &- 1, oldRoot, newSize, newRoot)
      refuses(good, oldSize + 1, oldRoot, newSize, newRoot)
      refuses(good, oldSize ^ 2, oldRoot, newSize, newRoot)
      refuses(good, oldSize, oldRoot, newSize * 2, newRoot)
      refuses(good, oldSize, oldRoot, newSize / 2, newRoot)
      refuses(good, oldSize, other, newSize, newRoot)
      refuses(good, oldSize, oldRoot, newSize, other)
      refuses(good, oldSize, newRoot, newSize, oldRoot)
      refuses([], oldSize, oldRoot, newSize, newRoot)
      for extra in [oldRoot, newRoot, good[0]] {
        refuses(good + [extra], oldSize, oldRoot, newSize, newRoot)
        refuses([extra] + good, oldSize, oldRoot, newSize, newRoot)
      }
      refuses(Array(good.dropLast()), oldSize, oldRoot, newSize, newRoot)
    }
  }
}
