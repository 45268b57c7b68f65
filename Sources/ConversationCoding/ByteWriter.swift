/// Appends numbers, highest byte first, and counted bytes to a buffer.
package struct ByteWriter {
  package private(set) var bytes: [UInt8]

  /// Begins with a buffer that is used again.
  package init(reusing bytes: [UInt8] = []) {
    self.bytes = bytes
    self.bytes.removeAll(keepingCapacity: true)
  }

  package mutating func put(byte: UInt8) { bytes.append(byte) }

  package mutating func put(_ number: UInt32) {
    for shift in stride(from: 24, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: number >> UInt32(shift)))
    }
  }

  package mutating func put(_ number: UInt64) {
    put(UInt32(truncatingIfNeeded: number >> 32))
    put(UInt32(truncatingIfNeeded: number))
  }

  package mutating func put(_ number: UInt128) {
    put(UInt64(truncatingIfNeeded: number >> 64))
    put(UInt64(truncatingIfNeeded: number))
  }

  package mutating func put(_ content: [UInt8]) { bytes.append(contentsOf: content) }

  /// A count of bytes in four bytes, then the bytes.
  package mutating func put(counted content: [UInt8]) {
    put(UInt32(content.count))
    bytes.append(contentsOf: content)
  }

  /// A count of UTF-8 bytes in four bytes, then the bytes.
  package mutating func put(_ text: String) {
    let start = bytes.count
    put(UInt32(0))
    bytes.append(contentsOf: text.utf8)
    setCount(at: start)
  }

  /// A tag, a count in four bytes, and what the body of the call appends.
  mutating func put(tag: UInt8, _ content: (inout ByteWriter) -> Void) {
    put(byte: tag)
    let start = bytes.count
    put(UInt32(0))
    content(&self)
    setCount(at: start)
  }

  private mutating func setCount(at start: Int) {
    let count = UInt32(bytes.count - start - 4)
    for index in 0..<4 {
      bytes[start + index] = UInt8(truncatingIfNeeded: count >> UInt32(24 - 8 * index))
    }
  }
}
