/// Finds the longest special token at a place in a text: a trie with its edges sorted. `[TEXT-5]`
struct SpecialTokenMatcher: Sendable {
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

  /// Builds the trie of all special tokens; of two with the same bytes, the lower number counts.
  init(_ vocabulary: Vocabulary) {
    let specials = vocabulary.tokens.filter { vocabulary.kind(of: $0).isSpecial }.sorted { left, right in
      let (leftBytes, rightBytes) = (vocabulary.bytes(of: left), vocabulary.bytes(of: right))
      return leftBytes.elementsEqual(rightBytes) ? left < right : leftBytes.lexicographicallyPrecedes(rightBytes)
    }
    let spellings = specials.map { Array(vocabulary.bytes(of: $0)) }
    var unfinished = [(node: 0, range: 0..<specials.count, depth: 0)]
    while let (node, range, depth) = unfinished.popLast() {
      var position = range.lowerBound
      while position < range.upperBound, spellings[position].count == depth {
        nodes[node].token = nodes[node].token ?? specials[position]
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

  /// The longest special token that starts at `offset`, and the offset where it ends.
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
