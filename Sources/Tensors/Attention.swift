import CKernels

/// Attention of one query row to the keys and values of one group of heads. `[NUM-10]`
public enum Attention {
  /// The number of columns of a head is a multiple of this.
  public static let headColumnsStep = 16
  /// The largest number of columns of a head.
  public static let maximumHeadColumns = 256
  /// The largest number of keys.
  public static let maximumKeys = 16384
  /// The largest `scoreShift`.
  public static let maximumScoreShift = 31
  /// The largest `valueShift`.
  public static let maximumValueShift = 12

  /// What is known of the keys and values of a group.
  public struct CacheBounds: Sendable {
    /// At least the sum of the squares of each key.
    public var keySquare: UInt64
    /// At least the magnitude of each value.
    public var valueMagnitude: UInt32

    /// Makes bounds.
    public init(keySquare: UInt64, valueMagnitude: UInt32) {
      self.keySquare = keySquare
      self.valueMagnitude = valueMagnitude
    }

    /// Bounds that hold for all keys and values.
    public static let none = CacheBounds(keySquare: .max, valueMagnitude: .max)

    var kernel: ck_cache_bounds { ck_cache_bounds(key_square: keySquare, value_magnitude: valueMagnitude) }
  }

  /// Bytes of scratch that `attend` needs for `keys` keys.
  public static func scratchBytes(keys: Int) -> Int {
    precondition((1...maximumKeys).contains(keys))
    return ck_attention_scratch_bytes(keys)
  }

  /// Attends with each head of a group to the same keys and values, all of which are visible.
  /// - Parameters:
  ///   - q: `[heads][headColumns]`.
  ///   - keys: `[t][headColumns]`, `t` in 1...16384.
  ///   - values: `[t][headColumns]`.
  ///   - bounds: what is known of keys and values: with it sums may be taken faster, with the same result.
  ///   - headColumns: a multiple of 16 up to 256.
  ///   - scoreShift: `Fs + Fk - 16`, in 0...31: scores become base-2 logarithms in Q16.
  ///   - valueShift: `Fq - Fv`, in 0...12.
  ///   - scratch: at least `scratchBytes(keys: t)` bytes; its contents do not matter.
  ///   - out: `[heads][headColumns]`, at most 2^27 in magnitude.
  public static func attend(
    _ q: Span<Int16>, keys: Span<Int16>, values: Span<Int16>, bounds: CacheBounds = .none, headColumns: Int, scoreShift: Int,
    valueShift: Int,
    scratch: UnsafeMutableRawBufferPointer, into out: consuming MutableSpan<Int32>, on set: InstructionSet = .selected
  ) {
    precondition(headColumns > 0 && headColumns <= maximumHeadColumns && headColumns % headColumnsStep == 0)
    let heads = q.count / headColumns
    let t = keys.count / headColumns
    precondition(q.count == heads * headColumns && out.count == q.count)
    precondition((1...maximumKeys).contains(t) && keys.count == t * headColumns && values.count == keys.count)
    precondition((0...maximumScoreShift).contains(scoreShift) && (0...maximumValueShift).contains(valueShift))
    precondition(scratch.count >= ck_attention_scratch_bytes(t))
    q.withUnsafeBufferPointer { q in
      keys.withUnsafeBufferPointer { keys in
        values.withUnsafeBufferPointer { values in
          out.withUnsafeMutableBufferPointer { out in
            guard let qBase = q.baseAddress, let keyBase = keys.baseAddress, let valueBase = values.baseAddress,
              let outBase = out.baseAddress, let scratchBase = scratch.baseAddress
            else { return }
            ck_attend(
              set.kernels, qBase, heads, headColumns, keyBase, valueBase, t, bounds.kernel, Int32(scoreShift), Int32(valueShift),
              scratchBase,
              outBase)
          }
        }
      }
    }
  }
}
