import Crypto
import Foundation

/// Sealing and opening of bodies: AES-256-GCM with the record's clear part as associated data.
enum BodySeal {
  /// The nonce of a record: the low 48 bits of its position, then the low 48 bits of its time.
  ///
  /// Both stand in the header, so the same commands give the same bytes on every machine. A
  /// position that is written again, because the first attempt was never committed, has another
  /// time; so no nonce comes twice under one key (docs/decisions/0003).
  static func nonce(position: UInt64, recordedAt: Int64) throws -> AES.GCM.Nonce {
    let bytes = (position << 16).bigEndian
    let time = (UInt64(bitPattern: recordedAt) << 16).bigEndian
    // Safety: six bytes of each number fill the twelve; the nonce copies them.
    return unsafe try withUnsafeTemporaryAllocation(byteCount: 14, alignment: 1) { buffer in
      unsafe buffer.storeBytes(of: bytes, as: UInt64.self)
      unsafe buffer.storeBytes(of: time, toByteOffset: 6, as: UInt64.self)
      return unsafe try AES.GCM.Nonce(data: UnsafeRawBufferPointer(rebasing: buffer[..<12]))
    }
  }

  /// Seals a body behind the clear part of its record.
  ///
  /// - Parameters:
  ///   - body: The plain bytes.
  ///   - clear: The record's bytes before the body.
  ///   - header: The record's header, for the nonce.
  ///   - key: The visitor's key.
  @unsafe
  static func seal(
    _ body: UnsafeRawBufferPointer,
    behind clear: UnsafeRawBufferPointer,
    of header: RecordHeader,
    with key: SymmetricKey,
  ) throws -> AES.GCM.SealedBox {
    unsafe try AES.GCM.seal(
      body,
      using: key,
      nonce: nonce(position: header.position, recordedAt: header.recordedAt),
      authenticating: clear,
    )
  }

  /// Opens the body of a record.
  static func open(_ record: Record, with key: SymmetricKey) throws -> [UInt8] {
    let header = record.header
    guard header.sealedLength > 0 else { return [] }
    let sealed = record.sealed
    guard sealed.count >= RecordLayout.tagLength else {
      throw DamagedRecord(at: header.position, "the sealed body is shorter than its tag")
    }
    let box = try AES.GCM.SealedBox(
      nonce: nonce(position: header.position, recordedAt: header.recordedAt),
      ciphertext: sealed.dropLast(RecordLayout.tagLength),
      tag: sealed.suffix(RecordLayout.tagLength),
    )
    do {
      return Array(try AES.GCM.open(box, using: key, authenticating: record.clear))
    } catch {
      throw DamagedRecord(at: header.position, "the body does not open with its key")
    }
  }
}
