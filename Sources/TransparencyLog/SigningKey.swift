import Crypto

/// A private key that signs notes.
///
/// As text it is what Go's `golang.org/x/mod/sumdb/note` writes, so that other programs can use it:
/// `PRIVATE+KEY+<name>+<key ID>+<base64 of type and seed>`.
package struct SigningKey: Sendable {
  private static let prefix = Array("PRIVATE+KEY+".utf8)

  /// The public key.
  package let verificationKey: VerificationKey
  private let privateKey: Curve25519.Signing.PrivateKey

  /// Draws a key at random.
  ///
  /// - Throws: `FormatError` if the name cannot name a key.
  package init(
    name: NoteLine,
    algorithm: VerificationKey.Algorithm = .ed25519,
  ) throws(FormatError) {
    try self.init(name: name, algorithm: algorithm, privateKey: Curve25519.Signing.PrivateKey())
  }

  /// Takes the 32 bytes of an Ed25519 seed (RFC 8032, section 5.1.5).
  ///
  /// - Throws: `FormatError` if the name cannot name a key, or the seed has not 32 bytes.
  package init(
    name: NoteLine,
    algorithm: VerificationKey.Algorithm = .ed25519,
    seed: [UInt8],
  ) throws(FormatError) {
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
      throw .key("a seed of 32 bytes")
    }
    try self.init(name: name, algorithm: algorithm, privateKey: key)
  }

  /// Reads the text form; a newline may end it.
  package init(parsing text: String) throws(FormatError) {
    let bytes = Array(text.utf8)
    let line = bytes.last == newline ? bytes.dropLast() : bytes[...]
    guard line.starts(with: Self.prefix) else { throw .key("a key that begins with PRIVATE+KEY+") }
    let (name, id, key) = try keyParts(line.dropFirst(Self.prefix.count))
    try self.init(name: name, algorithm: key.algorithm, seed: key.bytes)
    guard verificationKey.id == id else { throw .key("the key ID that belongs to name and key") }
  }

  private init(
    name: NoteLine,
    algorithm: VerificationKey.Algorithm,
    privateKey: Curve25519.Signing.PrivateKey,
  ) throws(FormatError) {
    self.privateKey = privateKey
    verificationKey = try VerificationKey(
      name: name,
      algorithm: algorithm,
      publicKey: Array(privateKey.publicKey.rawRepresentation),
    )
  }

  /// The text form, which is a secret.
  package var text: String {
    let key = verificationKey
    let seed = Array(privateKey.rawRepresentation)
    return String(decoding: Self.prefix, as: UTF8.self)
      + keyText(name: key.name, id: key.id, algorithm: key.algorithm, key: seed)
  }

  /// Signs the text of a note.
  ///
  /// - Parameters:
  ///   - text: The text with its last newline.
  ///   - time: When, in seconds since 1970; only a cosignature carries it.
  /// - Returns: The signature, with the key's name and ID.
  /// - Throws: What the crypto library throws.
  package func signature(of text: [UInt8], at time: UInt64 = 0) throws -> NoteSignature {
    let key = verificationKey
    let bytes =
      switch key.algorithm {
      case .ed25519: Array(try privateKey.signature(for: text))
      case .cosignature:
        time.bigEndianBytes + Array(try privateKey.signature(for: cosignedMessage(text, at: time)))
      }
    return NoteSignature(name: key.name, keyID: key.id, bytes: bytes)
  }
}
