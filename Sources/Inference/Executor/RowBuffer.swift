/// Memory for rows, written by workers at disjoint places.
final class RowBuffer<Element: BitwiseCopyable>: @unchecked Sendable {
  let elements: UnsafeMutableBufferPointer<Element>

  /// Makes room for `count` elements, not initialised.
  init(count: Int) {
    elements = UnsafeMutableBufferPointer<Element>.allocate(capacity: max(1, count))
  }

  deinit { elements.deallocate() }

  /// Elements `start..<start + count`.
  func slice(_ start: Int, _ count: Int) -> UnsafeMutableBufferPointer<Element> {
    UnsafeMutableBufferPointer(rebasing: elements[start..<start + count])
  }
}

extension UnsafeMutableBufferPointer {
  /// The same elements, to be read only.
  var constant: UnsafeBufferPointer<Element> { UnsafeBufferPointer(self) }
}
