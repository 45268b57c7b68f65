import Crypto

/// The hash function of the log's tree: SHA-256 with a prefix that tells leaves from nodes.
///
/// RFC 9162, section 2.1.1, and RFC 6962, section 2.1, define the same tree. Without the prefixes a
/// node could be passed off as a leaf. Each call costs one small heap allocation, the state inside
/// `SHA256`, which swift-crypto offers no way around.
package enum TreeHasher {
  /// The root of the tree without leaves: the hash of no bytes at all.
  package static let emptyRoot = TreeHash(SHA256().finalize())

  private static let leafPrefix: UInt8 = 0x00
  private static let nodePrefix: UInt8 = 0x01

  /// Hashes an entry of the log: `SHA-256(0x00 || entry)`.
  package static func leafHash(of entry: Span<UInt8>) -> TreeHash {
    // Safety: the buffer is read before the closure returns.
    unsafe entry.withUnsafeBufferPointer { unsafe leafHash(of: UnsafeRawBufferPointer($0)) }
  }

  /// Hashes an entry of the log: `SHA-256(0x00 || entry)`.
  package static func leafHash(of entry: [UInt8]) -> TreeHash {
    leafHash(of: entry.span)
  }

  /// Hashes an entry of the log, as it lies in memory: `SHA-256(0x00 || entry)`.
  ///
  /// The memory is read before this returns and not kept.
  package static func leafHash(of entry: UnsafeRawBufferPointer) -> TreeHash {
    guard entry.count <= copiedEntryByteCountLimit else {
      return unsafe leafHash(streaming: entry)
    }
    return unsafe hash(prefix: leafPrefix, byteCount: entry.count) {
      unsafe $0.copyMemory(from: entry)
    }
  }

  /// Hashes two neighbours into the node above them: `SHA-256(0x01 || left || right)`.
  package static func nodeHash(_ left: TreeHash, _ right: TreeHash) -> TreeHash {
    // Safety: the two stores fill the 64 bytes exactly.
    unsafe hash(prefix: nodePrefix, byteCount: 2 * TreeHash.byteCount) { input in
      unsafe input.storeBytes(of: left, as: TreeHash.self)
      unsafe input.storeBytes(of: right, toByteOffset: TreeHash.byteCount, as: TreeHash.self)
    }
  }
}

extension TreeHasher {
  /// The largest entry that is copied next to its prefix, in bytes.
  ///
  /// Hashing prefix and entry in one go costs a twelfth less than in two, as long as the copy lies
  /// on the stack, which the standard library grants up to 1 KiB.
  private static let copiedEntryByteCountLimit = 1023

  /// Hashes a prefix and what `fill` writes, which must be all the bytes it is given.
  private static func hash(
    prefix: UInt8,
    byteCount: Int,
    fill: (UnsafeMutableRawBufferPointer) -> Void,
  ) -> TreeHash {
    // Safety: every byte is written before the hasher reads it; nothing outlives the closure.
    unsafe withUnsafeTemporaryAllocation(byteCount: 1 + byteCount, alignment: 1) { buffer in
      unsafe buffer[0] = prefix
      unsafe fill(UnsafeMutableRawBufferPointer(rebasing: buffer[1...]))
      var hasher = SHA256()
      unsafe hasher.update(bufferPointer: UnsafeRawBufferPointer(buffer))
      return TreeHash(hasher.finalize())
    }
  }

  private static func leafHash(streaming entry: UnsafeRawBufferPointer) -> TreeHash {
    var hasher = SHA256()
    // Safety: both buffers are read before the calls return.
    unsafe withUnsafeBytes(of: leafPrefix) { unsafe hasher.update(bufferPointer: $0) }
    unsafe hasher.update(bufferPointer: entry)
    return TreeHash(hasher.finalize())
  }
}

extension TreeHash {
  /// Takes over a digest that the hasher has computed.
  fileprivate init(_ digest: SHA256.Digest) {
    // Safety: the buffer is read before the closure returns.
    self = unsafe digest.withUnsafeBytes { unsafe TreeHash(copying: $0) }
  }
}
