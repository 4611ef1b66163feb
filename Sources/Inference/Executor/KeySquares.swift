/// The largest sum of squares of the keys that one worker has met, for each group of each attention. It only decides how the kernels take their
/// sums, never what comes out. `[NUM-10]`
final class KeySquares {
  /// The first keys of a group, and the largest sum of squares among them.
  private struct Met {
    var rows = 0
    var largest: UInt64 = 0
  }

  /// By segment, then by group.
  private var met: [[Met]]

  init(segments: Int) { met = Array(repeating: [], count: segments) }

  /// Takes in the keys of a group, of which those met before are the first.
  /// - Parameters:
  ///   - keys: `[rows][width]`
  ///   - width: columns of a head.
  func largest(segment: Int, group: Int, keys: UnsafeBufferPointer<Int16>, width: Int) -> UInt64 {
    while met[segment].count <= group { met[segment].append(Met()) }
    var state = met[segment][group]
    while state.rows < keys.count / width {
      var square = 0
      for value in keys[state.rows * width..<(state.rows + 1) * width] { square += Int(value) * Int(value) }
      state.largest = max(state.largest, UInt64(square))
      state.rows += 1
    }
    met[segment][group] = state
    return state.largest
  }
}
