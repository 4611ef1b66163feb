/// The four classes into which the split rules sort Unicode scalars. `[TEXT-3]`
package enum UnicodeClass: UInt8 {
  /// Neither letter, number nor space: punctuation, symbols, marks, controls, unassigned scalars.
  case other = 0
  /// General category L.
  case letter = 1
  /// General category N.
  case number = 2
  /// Property White_Space.
  case space = 3

  /// The class of a scalar, by the committed table and never by the tables of the Swift runtime, which change with its version.
  package init(of scalar: UInt32) {
    if scalar < 128 {
      self = asciiClasses[Int(scalar)]
    } else {
      self.init(bySearching: scalar)
    }
  }

  /// Finds the last run that starts at or before the scalar.
  fileprivate init(bySearching scalar: UInt32) {
    var low = 0
    var high = unicodeClassRuns.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if unicodeClassRuns[middle] >> 2 <= scalar { low = middle } else { high = middle }
    }
    self = UnicodeClass(rawValue: UInt8(unicodeClassRuns[low] & 3)) ?? .other
  }
}

private let asciiClasses: [UnicodeClass] = (0..<128).map { UnicodeClass(bySearching: $0) }
