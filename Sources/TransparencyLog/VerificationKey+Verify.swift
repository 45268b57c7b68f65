import Crypto

/// A signature that was verified, and by which key.
package struct VerifiedSignature: Hashable, Sendable {
  /// The key that signed.
  package let key: VerificationKey
  /// When a witness cosigned, in seconds since 1970; `nil` for a signature without a time.
  package let time: UInt64?

  package init(key: VerificationKey, time: UInt64?) {
    self.key = key
    self.time = time
  }
}

extension VerificationKey {
  /// Whether a signature claims to be by this key.
  func matches(_ signature: NoteSignature) -> Bool {
    signature.keyID == id && signature.name == name
  }

  /// Verifies a signature of a note's text; `nil` if it is none by this key.
  func verified(_ signature: NoteSignature, of text: [UInt8]) -> VerifiedSignature? {
    switch algorithm {
    case .ed25519:
      guard isSignature(signature.bytes, of: text) else { return nil }
      return VerifiedSignature(key: self, time: nil)
    case .cosignature:
      guard let time = cosignedTime(signature.bytes, of: text) else { return nil }
      return VerifiedSignature(key: self, time: time)
    }
  }

  /// The time of a `timestamped_signature`, eight bytes before the Ed25519 signature.
  private func cosignedTime(_ bytes: [UInt8], of text: [UInt8]) -> UInt64? {
    guard bytes.count == 8 + 64 else { return nil }
    let time = bytes[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard time <= UInt64(Int64.max),
      isSignature(Array(bytes[8...]), of: cosignedMessage(text, at: time))
    else { return nil }
    return time
  }

  /// Whether bytes are the key's Ed25519 signature of a message (RFC 8032).
  package func isSignature(_ signature: [UInt8], of message: [UInt8]) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
      return false
    }
    return key.isValidSignature(signature, for: message)
  }
}

/// What a witness signs: two lines and the text (c2sp.org/tlog-cosignature, "Ed25519 signed
/// message").
func cosignedMessage(_ text: [UInt8], at time: UInt64) -> [UInt8] {
  Array("cosignature/v1\ntime \(time)\n".utf8) + text
}
