/// A SHA-256 value: the hash of a leaf, of an inner node, or of a whole tree.
///
/// The 32 bytes lie in the value itself, so that an array of hashes is one block of memory and a
/// copy allocates nothing. Comparing takes no constant time: a tree hash is public, never a secret.
package struct TreeHash: Hashable, Sendable, BitwiseCopyable {
  /// How many bytes a hash has: `HASH_SIZE` of RFC 9162, section 2.1.1, for SHA-256.
  package static let byteCount = 32

  /// The bytes in memory order, eight to a word; the words have no meaning as numbers.
  private let word0, word1, word2, word3: UInt64

  /// Takes over the bytes of a hash computed elsewhere; nil unless there are exactly 32.
  package init?(_ bytes: Span<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    // Safety: the buffer is read before the closure returns.
    self = unsafe bytes.withUnsafeBufferPointer {
      unsafe Self(copying: UnsafeRawBufferPointer($0))
    }
  }

  /// Takes over the bytes of a hash computed elsewhere; nil unless there are exactly 32.
  package init?(_ bytes: some Collection<UInt8>) {
    self.init(Array(bytes).span)
  }

  /// Copies a hash out of memory, which need not be aligned.
  init(copying memory: UnsafeRawBufferPointer) {
    precondition(memory.count == Self.byteCount, "A tree hash has 32 bytes")
    // Safety: the count is checked above, and any bit pattern is a hash.
    self = unsafe memory.loadUnaligned(as: Self.self)
  }

  /// The 32 bytes of the hash.
  package var bytes: [UInt8] {
    // Safety: four words without padding; the buffer is copied before the closure returns.
    unsafe withUnsafeBytes(of: self) { unsafe Array($0) }
  }

  /// Appends the 32 bytes of the hash to an array.
  package func write(into bytes: inout [UInt8]) {
    // Safety: as in `bytes`.
    unsafe withUnsafeBytes(of: self) { unsafe bytes.append(contentsOf: $0) }
  }

  /// Appends the 32 bytes of the hash to a span, which must have room for them.
  package func write(into output: inout OutputSpan<UInt8>) {
    precondition(output.freeCapacity >= Self.byteCount, "A tree hash needs room for 32 bytes")
    // Safety: as in `bytes`.
    unsafe withUnsafeBytes(of: self) { bytes in
      for offset in 0..<Self.byteCount { unsafe output.append(bytes[offset]) }
    }
  }
}

extension TreeHash: CustomStringConvertible {
  private static let hexadecimalDigits = Array("0123456789abcdef".utf8)

  /// The hash as 64 lower-case hexadecimal digits.
  package var description: String {
    var text: [UInt8] = []
    text.reserveCapacity(2 * Self.byteCount)
    for byte in bytes {
      text.append(Self.hexadecimalDigits[Int(byte >> 4)])
      text.append(Self.hexadecimalDigits[Int(byte & 0xF)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
