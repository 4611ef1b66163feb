import CKernels

/// Operations on one row of int32 fixed point. Inputs are first bounded by sat32, which changes -2^31 alone. `[NUM-3]` `[STEP-5]`
public enum Row {
  /// The residual: `out = sat32(x + y)`. `[NUM-13]`
  public static func add(
    _ x: Span<Int32>, _ y: Span<Int32>, into out: consuming MutableSpan<Int32>, on set: InstructionSet = .selected
  ) {
    precondition(x.count == y.count && out.count == x.count)
    x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        out.withUnsafeMutableBufferPointer { out in
          guard let xBase = x.baseAddress, let yBase = y.baseAddress, let outBase = out.baseAddress else { return }
          ck_add(set.kernels, xBase, yBase, x.count, outBase)
        }
      }
    }
  }

  /// The root-mean-square norm. `[NUM-7]`
  /// - Parameters:
  ///   - x: 1 to 16384 columns.
  ///   - gain: as many, `round(gain * sqrt(n) * 2^Fg)`, each below 2^23 in magnitude.
  ///   - epsilonTerm: `floor(eps * 2^(2Fr)) * n`, at most 2^56.
  ///   - outputShift: `30 + Fg - Fn`, in 1...62.
  public static func rmsNorm(
    _ x: Span<Int32>, gain: Span<Int32>, epsilonTerm: UInt64, outputShift: Int, into out: consuming MutableSpan<Int32>,
    on set: InstructionSet = .selected
  ) {
    precondition((1...16384).contains(x.count) && gain.count == x.count && out.count == x.count)
    precondition(epsilonTerm <= 1 << 56 && (1...62).contains(outputShift))
    x.withUnsafeBufferPointer { x in
      gain.withUnsafeBufferPointer { gain in
        out.withUnsafeMutableBufferPointer { out in
          guard let xBase = x.baseAddress, let gainBase = gain.baseAddress, let outBase = out.baseAddress else { return }
          ck_rms_norm(set.kernels, xBase, gainBase, x.count, epsilonTerm, Int32(outputShift), outBase)
        }
      }
    }
  }

  /// Rotary position embedding of interleaved pairs, narrowed to int16: `sat16(rs(a*c - b*s, shift))`, `sat16(rs(a*s + b*c, shift))`.
  /// `[NUM-8]`
  /// - Parameters:
  ///   - a: `[heads][headColumns]`.
  ///   - cosSin: `[headColumns]`, `(c, s)` of each pair at this position in Q30, each at most 2^30 in magnitude.
  ///   - shift: in 1...62.
  public static func rope(
    _ a: Span<Int32>, cosSin: Span<Int32>, shift: Int, into q: consuming MutableSpan<Int16>, on set: InstructionSet = .selected
  ) {
    let headColumns = cosSin.count
    precondition(headColumns > 0 && headColumns % 2 == 0 && a.count % headColumns == 0 && q.count == a.count)
    precondition((1...62).contains(shift))
    a.withUnsafeBufferPointer { a in
      cosSin.withUnsafeBufferPointer { cosSin in
        q.withUnsafeMutableBufferPointer { q in
          guard let aBase = a.baseAddress, let angleBase = cosSin.baseAddress, let qBase = q.baseAddress else { return }
          ck_rope(set.kernels, aBase, a.count / headColumns, headColumns, angleBase, Int32(shift), qBase)
        }
      }
    }
  }

  /// `SiLU(gate) * up` for Q16 inputs. `[NUM-11]`
  /// - Parameter shift: `32 - Fh`, in 1...32.
  public static func siluMultiplied(
    gate: Span<Int32>, up: Span<Int32>, shift: Int, into out: consuming MutableSpan<Int32>, on set: InstructionSet = .selected
  ) {
    precondition(gate.count == up.count && out.count == gate.count && (1...32).contains(shift))
    gate.withUnsafeBufferPointer { gate in
      up.withUnsafeBufferPointer { up in
        out.withUnsafeMutableBufferPointer { out in
          guard let gateBase = gate.baseAddress, let upBase = up.baseAddress, let outBase = out.baseAddress else { return }
          ck_silu_mul(set.kernels, gateBase, upBase, gate.count, Int32(shift), outBase)
        }
      }
    }
  }

  /// The layer norm: the differences from the mean as by `rmsNorm`, plus the offsets. `[NUM-16]`
  /// - Parameters:
  ///   - x: 1 to 16384 columns.
  ///   - gain: as many, each below 2^23 in magnitude.
  ///   - offset: as many, in the output's fixed point.
  ///   - epsilonTerm: `floor(eps * 2^(2Fr)) * n`, at most 2^56.
  ///   - outputShift: `30 + Fg - Fn`, in 1...62.
  public static func layerNorm(
    _ x: Span<Int32>, gain: Span<Int32>, offset: Span<Int32>, epsilonTerm: UInt64, outputShift: Int,
    into out: consuming MutableSpan<Int32>, on set: InstructionSet = .selected
  ) {
    precondition((1...16384).contains(x.count) && gain.count == x.count && offset.count == x.count && out.count == x.count)
    precondition(epsilonTerm <= 1 << 56 && (1...62).contains(outputShift))
    x.withUnsafeBufferPointer { x in
      gain.withUnsafeBufferPointer { gain in
        offset.withUnsafeBufferPointer { offset in
          out.withUnsafeMutableBufferPointer { out in
            guard let xBase = x.baseAddress, let gainBase = gain.baseAddress, let offsetBase = offset.baseAddress,
              let outBase = out.baseAddress
            else { return }
            ck_layer_norm(set.kernels, xBase, gainBase, offsetBase, x.count, epsilonTerm, Int32(outputShift), outBase)
          }
        }
      }
    }
  }

  /// The row over its Euclidean length, with `30 - shift` fraction bits; zeros for a row of zeros. `[NUM-19]`
  /// - Parameters:
  ///   - x: 1 to 16384 columns.
  ///   - shift: in 0...30.
  public static func unit(
    _ x: Span<Int32>, shift: Int, into out: consuming MutableSpan<Int32>, on set: InstructionSet = .selected
  ) {
    precondition((1...16384).contains(x.count) && out.count == x.count && (0...30).contains(shift))
    x.withUnsafeBufferPointer { x in
      out.withUnsafeMutableBufferPointer { out in
        guard let xBase = x.baseAddress, let outBase = out.baseAddress else { return }
        ck_unit(set.kernels, xBase, x.count, Int32(shift), outBase)
      }
    }
  }

  /// The mean of each column over rows that lie `stride` apart, ties toward plus infinity. `[NUM-18]`
  /// - Parameters:
  ///   - rows: 1 to 16384 rows, each of at least as many columns as `out`; the last may be cut after those.
  ///   - stride: from the start of one row to the next.
  public static func mean(
    _ rows: Span<Int32>, stride: Int, rowCount: Int, into out: consuming MutableSpan<Int32>, on set: InstructionSet = .selected
  ) {
    precondition((1...16384).contains(rowCount) && stride >= out.count && rows.count >= (rowCount - 1) * stride + out.count)
    let columns = out.count
    rows.withUnsafeBufferPointer { rows in
      out.withUnsafeMutableBufferPointer { out in
        guard let rowBase = rows.baseAddress, let outBase = out.baseAddress else { return }
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: columns) { sums in
          sums.initialize(repeating: 0)
          guard let sumBase = sums.baseAddress else { return }
          for row in 0..<rowCount { ck_accumulate(set.kernels, rowBase + row * stride, columns, sumBase) }
          ck_mean(set.kernels, sumBase, columns, Int64(rowCount), outBase)
        }
      }
    }
  }

  /// `GELU(g) * 2^-shift` for Q16 inputs. `[NUM-17]`
  /// - Parameter shift: in 0...31.
  public static func gelu(_ g: Span<Int32>, shift: Int, into out: consuming MutableSpan<Int32>, on set: InstructionSet = .selected) {
    precondition(out.count == g.count && (0...31).contains(shift))
    g.withUnsafeBufferPointer { g in
      out.withUnsafeMutableBufferPointer { out in
        guard let gBase = g.baseAddress, let outBase = out.baseAddress else { return }
        ck_gelu(set.kernels, gBase, g.count, Int32(shift), outBase)
      }
    }
  }

  /// The maximum of each run of `columns` columns; the last run may be shorter. `[NUM-13]`
  public static func blockMaxima(
    _ x: Span<Int32>, columns: Int = 64, into maxima: consuming MutableSpan<Int32>, on set: InstructionSet = .selected
  ) {
    precondition(columns > 0 && maxima.count == (x.count + columns - 1) / columns)
    x.withUnsafeBufferPointer { x in
      maxima.withUnsafeMutableBufferPointer { maxima in
        guard let xBase = x.baseAddress, let maximaBase = maxima.baseAddress else { return }
        ck_block_max(set.kernels, xBase, x.count, columns, maximaBase)
      }
    }
  }

  /// The lowest index among the maxima, or nil for an empty row. `[NUM-13]`
  public static func argmax(_ x: Span<Int32>, on set: InstructionSet = .selected) -> Int? {
    x.withUnsafeBufferPointer { x in
      guard let base = x.baseAddress, !x.isEmpty else { return nil }
      return ck_argmax(set.kernels, base, x.count)
    }
  }
}
