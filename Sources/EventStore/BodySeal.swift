import Sealing

/// Sealing and opening of bodies: AES-256-GCM with the record's clear part as associated data.
enum BodySeal {
  /// Lends the twelve bytes of a nonce, highest first.
  @unsafe
  private static func withBytes<Result>(
    of nonce: BodyNonce,
    _ body: (UnsafeRawBufferPointer) throws -> Result,
  ) rethrows -> Result {
    let bytes = (nonce.value << 32).bigEndian
    // Safety: the number has sixteen bytes, of which the first twelve are lent.
    return unsafe try withUnsafeBytes(of: bytes) { bytes in
      unsafe try body(UnsafeRawBufferPointer(rebasing: bytes[..<SealingKey.nonceLength]))
    }
  }

  /// Seals a body behind the clear part of its record.
  ///
  /// - Parameters:
  ///   - body: The plain bytes.
  ///   - clear: The record's bytes before the body.
  ///   - nonce: The record's nonce.
  ///   - key: The conversation's key.
  ///   - output: Where ciphertext and tag go.
  /// - Throws: `SealingError` if the library fails.
  @unsafe
  static func seal(
    _ body: UnsafeRawBufferPointer,
    behind clear: UnsafeRawBufferPointer,
    nonce: BodyNonce,
    with key: SealingKey,
    into output: UnsafeMutableRawBufferPointer,
  ) throws {
    unsafe try withBytes(of: nonce) { nonce in
      unsafe try key.seal(body, authenticating: clear, nonce: nonce, into: output)
    }
  }

  /// Opens the body of a record.
  static func open(_ record: Record, with key: SealingKey) throws -> [UInt8] {
    let header = record.header
    guard header.sealedLength > 0 else { return [] }
    do {
      return unsafe try record.bytes.withUnsafeBytes { bytes in
        let clear = unsafe UnsafeRawBufferPointer(rebasing: bytes[..<header.clearLength])
        let sealed = unsafe UnsafeRawBufferPointer(rebasing: bytes[header.clearLength...])
        return unsafe try withBytes(of: header.nonce) { nonce in
          unsafe try key.open(sealed, authenticating: clear, nonce: nonce)
        }
      }
    } catch SealingError.notAuthentic {
      throw DamagedRecord(at: header.position, "the body does not open with its key")
    }
  }
}
