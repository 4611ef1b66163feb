/// Finds the longest of some tokens at a place in a text: a trie with its edges sorted. `[TEXT-5]` `[TEXT-8]`
struct TokenTrie: Sendable {
  private struct Node {
    var token: UInt32?
    var edges: Range<Int> = 0..<0
  }

  private struct Edge {
    let byte: UInt8
    let node: Int
  }

  private var nodes: [Node] = [Node()]
  private var edges: [Edge] = []
  private var rootEdges: [Int?] = Array(repeating: nil, count: 256)

  /// Builds the trie of the special tokens.
  init(specialsOf vocabulary: Vocabulary) {
    self.init(vocabulary.tokens.filter { vocabulary.kind(of: $0).isSpecial }.map { ($0, Array(vocabulary.bytes(of: $0))) })
  }

  /// Builds the trie of tokens and their spellings, which are not empty; of two with the same spelling, the lower number counts.
  init(_ tokens: [(token: UInt32, spelling: [UInt8])]) {
    let sorted = tokens.sorted { left, right in
      left.spelling == right.spelling ? left.token < right.token : left.spelling.lexicographicallyPrecedes(right.spelling)
    }
    let spellings = sorted.map(\.spelling)
    var unfinished = [(node: 0, range: 0..<sorted.count, depth: 0)]
    while let (node, range, depth) = unfinished.popLast() {
      var position = range.lowerBound
      while position < range.upperBound, spellings[position].count == depth {
        nodes[node].token = nodes[node].token ?? sorted[position].token
        position += 1
      }
      let firstEdge = edges.count
      while position < range.upperBound {
        let byte = spellings[position][depth]
        let end = spellings[position..<range.upperBound].firstIndex { $0[depth] != byte } ?? range.upperBound
        edges.append(Edge(byte: byte, node: nodes.count))
        unfinished.append((nodes.count, position..<end, depth + 1))
        nodes.append(Node())
        position = end
      }
      nodes[node].edges = firstEdge..<edges.count
    }
    for edge in edges[nodes[0].edges] { rootEdges[Int(edge.byte)] = edge.node }
  }

  /// The longest token that starts at `offset`, and the offset where it ends.
  func match(in text: [UInt8], at offset: Int) -> (token: UInt32, end: Int)? {
    guard offset < text.count, var node = rootEdges[Int(text[offset])] else { return nil }
    var end = offset + 1
    var longest = nodes[node].token.map { ($0, end) }
    while end < text.count, let next = child(of: node, by: text[end]) {
      node = next
      end += 1
      if let token = nodes[node].token { longest = (token, end) }
    }
    return longest
  }

  private func child(of node: Int, by byte: UInt8) -> Int? {
    var low = nodes[node].edges.lowerBound
    var high = nodes[node].edges.upperBound
    while low < high {
      let middle = (low + high) / 2
      if edges[middle].byte == byte { return edges[middle].node }
      if edges[middle].byte < byte { low = middle + 1 } else { high = middle }
    }
    return nil
  }
}
