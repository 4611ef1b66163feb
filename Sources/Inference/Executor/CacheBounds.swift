import Tensors

/// How large the keys and values are that one worker has met, for each group of each attention. It only decides how the kernels take their sums,
/// never what comes out. `[NUM-10]`
final class CacheBounds {
  /// The first keys and values of a group, and what bounds them.
  private struct Met {
    var rows = 0
    var bounds = Attention.CacheBounds(keySquare: 0, valueMagnitude: 0)
  }

  /// By segment, then by group.
  private var met: [[Met]]

  init(segments: Int) { met = Array(repeating: [], count: segments) }

  /// Takes in the keys and values of a group, of which those met before are the first.
  /// - Parameters:
  ///   - keys: `[rows][width]`
  ///   - values: `[rows][width]`
  ///   - width: columns of a head.
  func bounds(
    segment: Int, group: Int, keys: UnsafeBufferPointer<Int16>, values: UnsafeBufferPointer<Int16>, width: Int
  ) -> Attention.CacheBounds {
    while met[segment].count <= group { met[segment].append(Met()) }
    var state = met[segment][group]
    while state.rows < keys.count / width {
      let row = state.rows * width..<(state.rows + 1) * width
      var (square, magnitude) = (0, UInt16(0))
      for value in keys[row] { square += Int(value) * Int(value) }
      for value in values[row] { magnitude = max(magnitude, value.magnitude) }
      state.bounds.keySquare = max(state.bounds.keySquare, UInt64(square))
      state.bounds.valueMagnitude = max(state.bounds.valueMagnitude, UInt32(magnitude))
      state.rows += 1
    }
    met[segment][group] = state
    return state.bounds
  }
}
