import Sealing

/// Sealing and opening of bodies: AES-256-GCM with the record's clear part as associated data.
enum BodySeal {
  /// Lends the nonce of a record: the low 48 bits of its position, then those of its time.
  ///
  /// Both stand in the header, so the same commands give the same bytes on every machine. A
  /// position that is written again, because the first attempt was never committed, has another
  /// time; so no nonce comes twice under one key (docs/decisions/0003).
  @unsafe
  private static func withNonce<Result>(
    position: UInt64,
    recordedAt: Int64,
    _ body: (UnsafeRawBufferPointer) throws -> Result,
  ) rethrows -> Result {
    let position = (position << 16).bigEndian
    let time = (UInt64(bitPattern: recordedAt) << 16).bigEndian
    // Safety: six bytes of each number fill the twelve; two more are overwritten or unused.
    return unsafe try withUnsafeTemporaryAllocation(byteCount: 14, alignment: 1) { buffer in
      unsafe buffer.storeBytes(of: position, as: UInt64.self)
      unsafe buffer.storeBytes(of: time, toByteOffset: 6, as: UInt64.self)
      return unsafe try body(
        UnsafeRawBufferPointer(rebasing: buffer[..<SealingKey.nonceLength])
      )
    }
  }

  /// Seals a body behind the clear part of its record.
  ///
  /// - Parameters:
  ///   - body: The plain bytes.
  ///   - clear: The record's bytes before the body.
  ///   - position: The record's position, for the nonce.
  ///   - recordedAt: The record's time, for the nonce.
  ///   - key: The conversation's key.
  ///   - output: Where ciphertext and tag go.
  /// - Throws: `SealingError` if the library fails.
  @unsafe
  static func seal(
    _ body: UnsafeRawBufferPointer,
    behind clear: UnsafeRawBufferPointer,
    position: UInt64,
    recordedAt: Int64,
    with key: SealingKey,
    into output: UnsafeMutableRawBufferPointer,
  ) throws {
    unsafe try withNonce(position: position, recordedAt: recordedAt) { nonce in
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
        return unsafe try withNonce(
          position: header.position,
          recordedAt: header.recordedAt,
        ) { nonce in
          unsafe try key.open(sealed, authenticating: clear, nonce: nonce)
        }
      }
    } catch SealingError.notAuthentic {
      throw DamagedRecord(at: header.position, "the body does not open with its key")
    }
  }
}
