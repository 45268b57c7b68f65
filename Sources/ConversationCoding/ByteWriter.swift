/// Appends numbers, highest byte first, and counted bytes to a buffer.
package struct ByteWriter {
  package private(set) var bytes: [UInt8]

  /// Begins with room for some bytes.
  package init(capacity: Int = 0) {
    bytes = []
    bytes.reserveCapacity(capacity)
  }

  package mutating func put(byte: UInt8) { bytes.append(byte) }

  package mutating func put(_ number: UInt32) {
    bytes.append(UInt8(truncatingIfNeeded: number >> 24))
    bytes.append(UInt8(truncatingIfNeeded: number >> 16))
    bytes.append(UInt8(truncatingIfNeeded: number >> 8))
    bytes.append(UInt8(truncatingIfNeeded: number))
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
    bytes[start] = UInt8(truncatingIfNeeded: count >> 24)
    bytes[start + 1] = UInt8(truncatingIfNeeded: count >> 16)
    bytes[start + 2] = UInt8(truncatingIfNeeded: count >> 8)
    bytes[start + 3] = UInt8(truncatingIfNeeded: count)
  }
}
