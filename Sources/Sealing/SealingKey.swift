import CLibcrypto
import Synchronization

/// A key of AES-256-GCM (NIST SP 800-38D), made ready once and used often.
///
/// The library's context is kept, so that sealing a message costs no key schedule and no memory:
/// a seventh of what one call through swift-crypto takes (docs/decisions/0005).
@safe
package final class SealingKey: Sendable {
  /// The bytes of a key.
  package static let keyLength = 32
  /// The bytes of a nonce.
  package static let nonceLength = 12
  /// The bytes sealing adds: the tag.
  package static let tagLength = 16

  /// Held while the context is in use: it serves one message at a time.
  private let lock = Mutex(())
  // Safety: only used with the lock held.
  private nonisolated(unsafe) let context: OpaquePointer

  /// Makes a key ready.
  ///
  /// - Parameter bytes: Exactly 32 bytes.
  /// - Throws: `SealingError` if the library cannot.
  package init(_ bytes: [UInt8]) throws(SealingError) {
    precondition(bytes.count == Self.keyLength, "A key of AES-256 has 32 bytes")
    guard let context = unsafe EVP_CIPHER_CTX_new() else { throw .libraryFailed }
    unsafe self.context = context
    guard unsafe EVP_CipherInit_ex(context, EVP_aes_256_gcm(), nil, bytes, nil, 1) == 1 else {
      throw .libraryFailed
    }
  }

  deinit { unsafe EVP_CIPHER_CTX_free(context) }

  /// Seals a message: writes the ciphertext, as long as the message, and the tag behind it.
  ///
  /// - Parameters:
  ///   - message: The plain bytes.
  ///   - associated: What is authenticated with them.
  ///   - nonce: Twelve bytes that never come twice with this key.
  ///   - output: Where the result goes; as long as the message and the tag.
  /// - Throws: `SealingError` `.libraryFailed`.
  @unsafe
  package func seal(
    _ message: UnsafeRawBufferPointer,
    authenticating associated: UnsafeRawBufferPointer,
    nonce: UnsafeRawBufferPointer,
    into output: UnsafeMutableRawBufferPointer,
  ) throws(SealingError) {
    precondition(nonce.count == Self.nonceLength, "A nonce has 12 bytes")
    precondition(output.count == message.count + Self.tagLength, "The output has to fit")
    try lock.withLock { _ throws(SealingError) in
      unsafe try writeSealed(message, associated, nonce, output)
    }
  }

  /// Opens a sealed message.
  ///
  /// - Parameters:
  ///   - sealed: The ciphertext and the tag.
  ///   - associated: What was authenticated with it.
  ///   - nonce: The nonce it was sealed with.
  /// - Returns: The plain bytes.
  /// - Throws: `SealingError` `.notAuthentic` if a bit of any of them was changed.
  @unsafe
  package func open(
    _ sealed: UnsafeRawBufferPointer,
    authenticating associated: UnsafeRawBufferPointer,
    nonce: UnsafeRawBufferPointer,
  ) throws(SealingError) -> [UInt8] {
    guard sealed.count >= Self.tagLength, nonce.count == Self.nonceLength else {
      throw .notAuthentic
    }
    return try lock.withLock { _ throws(SealingError) in
      unsafe try opened(sealed, associated, nonce)
    }
  }
}

extension SealingKey {
  @unsafe
  private func writeSealed(
    _ message: UnsafeRawBufferPointer,
    _ associated: UnsafeRawBufferPointer,
    _ nonce: UnsafeRawBufferPointer,
    _ output: UnsafeMutableRawBufferPointer,
  ) throws(SealingError) {
    unsafe try begin(nonce, associated, sealing: 1)
    let bytes = unsafe output.bindMemory(to: UInt8.self).baseAddress
    unsafe try update(message, to: bytes)
    var count: CInt = 0
    let tag = unsafe bytes.map { unsafe $0 + message.count }
    guard unsafe EVP_CipherFinal_ex(context, tag, &count) == 1,
      unsafe control(EVP_CTRL_AEAD_GET_TAG, tag)
    else { throw .libraryFailed }
  }

  @unsafe
  private func opened(
    _ sealed: UnsafeRawBufferPointer,
    _ associated: UnsafeRawBufferPointer,
    _ nonce: UnsafeRawBufferPointer,
  ) throws(SealingError) -> [UInt8] {
    let length = sealed.count - SealingKey.tagLength
    unsafe try begin(nonce, associated, sealing: 0)
    var tag = unsafe Array(sealed[length...])
    var plain = [UInt8](repeating: 0, count: length)
    unsafe try update(UnsafeRawBufferPointer(rebasing: sealed[..<length]), to: &plain)
    var (count, rest) = (CInt(0), UInt8(0))
    guard unsafe control(EVP_CTRL_AEAD_SET_TAG, &tag),
      unsafe EVP_CipherFinal_ex(context, &rest, &count) == 1
    else { throw .notAuthentic }
    return plain
  }

  /// Begins a message: the nonce, the direction, the associated data.
  @unsafe
  private func begin(
    _ nonce: UnsafeRawBufferPointer,
    _ associated: UnsafeRawBufferPointer,
    sealing: CInt,
  ) throws(SealingError) {
    let nonce = unsafe nonce.bindMemory(to: UInt8.self).baseAddress
    guard unsafe EVP_CipherInit_ex(context, nil, nil, nil, nonce, sealing) == 1 else {
      throw .libraryFailed
    }
    unsafe try update(associated, to: nil)
  }

  @unsafe
  private func update(
    _ input: UnsafeRawBufferPointer,
    to output: UnsafeMutablePointer<UInt8>?,
  ) throws(SealingError) {
    var count: CInt = 0
    let bytes = unsafe input.bindMemory(to: UInt8.self).baseAddress
    let length = CInt(input.count)
    guard unsafe EVP_CipherUpdate(context, output, &count, bytes, length) == 1 else {
      throw .libraryFailed
    }
  }

  @unsafe
  private func control(_ command: CInt, _ tag: UnsafeMutablePointer<UInt8>?) -> Bool {
    unsafe EVP_CIPHER_CTX_ctrl(context, command, CInt(SealingKey.tagLength), tag) == 1
  }
}

/// Why a message cannot be sealed or opened.
package enum SealingError: Error, Hashable, Sendable {
  /// The library failed: out of memory, or without this cipher.
  case libraryFailed
  /// The message is not what was sealed, or the key is another one.
  case notAuthentic
}
