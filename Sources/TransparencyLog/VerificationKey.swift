import Crypto

/// A public key that verifies signatures of notes: a *vkey* of c2sp.org/signed-note.
///
/// As text it is `<name>+<key ID in hexadecimal>+<base64 of type and key>`:
///
///     example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k
package struct VerificationKey: Hashable, Sendable {
  /// How a key signs; the raw value is the signature type byte that the specification assigns.
  package enum Algorithm: UInt8, Sendable {
    /// Ed25519 over the text of the note (c2sp.org/signed-note).
    case ed25519 = 0x01
    /// A witness's Ed25519 signature with the time, over a checkpoint (c2sp.org/tlog-cosignature).
    case cosignature = 0x04
  }

  /// The name of whoever signs.
  package let name: NoteLine
  /// How the key signs.
  package let algorithm: Algorithm
  /// The 32 bytes of the Ed25519 public key (RFC 8032).
  package let publicKey: [UInt8]
  /// The number that stands with the name in front of each signature.
  package let id: UInt32

  /// Takes a key.
  ///
  /// - Throws: `FormatError` if the name cannot name a key, or the key has not 32 bytes.
  package init(
    name: NoteLine,
    algorithm: Algorithm,
    publicKey: [UInt8],
  ) throws(FormatError) {
    guard name.isKeyName else { throw .key("a name without spaces and plus signs") }
    guard publicKey.count == 32 else { throw .key("32 bytes of public key") }
    self.name = name
    self.algorithm = algorithm
    self.publicKey = publicKey
    id = keyID(name: name, algorithm: algorithm, publicKey: publicKey)
  }

  /// Reads the text form.
  ///
  /// - Throws: `FormatError` if it is malformed, the key ID is not the key's, or the signature type
  ///   is not one of ``Algorithm``.
  package init(parsing text: String) throws(FormatError) {
    let (name, id, key) = try keyParts(Array(text.utf8)[...])
    try self.init(name: name, algorithm: key.algorithm, publicKey: key.bytes)
    guard self.id == id else { throw .key("the key ID that belongs to name and key") }
  }

  /// The text form.
  package var text: String {
    keyText(name: name, id: id, algorithm: algorithm, key: publicKey)
  }
}

/// The parts of a key's text form: the name, the key ID, and the key with its type.
func keyParts(
  _ text: ArraySlice<UInt8>
) throws(FormatError) -> (NoteLine, UInt32, (algorithm: VerificationKey.Algorithm, bytes: [UInt8]))
{
  let parts = text.split(separator: UInt8(ascii: "+"), maxSplits: 2)
  guard parts.count == 3, let name = NoteLine(parts[0]) else {
    throw .key("name, key ID and key, separated by plus signs")
  }
  let isHexadecimal = parts[1].allSatisfy { (Character(UnicodeScalar($0))).isLowercaseHexDigit }
  guard parts[1].count == 8, isHexadecimal,
    let id = UInt32(String(decoding: parts[1], as: UTF8.self), radix: 16)
  else { throw .key("a key ID of 8 lower-case hexadecimal digits") }
  guard let key = Base64.decode(parts[2]), let type = key.first else {
    throw .key("the key in base64")
  }
  guard let algorithm = VerificationKey.Algorithm(rawValue: type) else {
    throw .key("the signature type 1 (Ed25519) or 4 (cosignature), found \(type)")
  }
  return (name, id, (algorithm, Array(key.dropFirst())))
}

/// The text form of a public or private key, without the latter's prefix.
func keyText(
  name: NoteLine,
  id: UInt32,
  algorithm: VerificationKey.Algorithm,
  key: [UInt8],
) -> String {
  let digits = String(id, radix: 16)
  let padded = String(repeating: "0", count: 8 - digits.count) + digits
  let encoded = Base64.encode([algorithm.rawValue] + key)
  return "\(name)+\(padded)+\(String(decoding: encoded, as: UTF8.self))"
}

/// `SHA-256(name || 0x0A || type || public key)[:4]`, as a big-endian number.
private func keyID(
  name: NoteLine,
  algorithm: VerificationKey.Algorithm,
  publicKey: [UInt8],
) -> UInt32 {
  let input = name.bytes + [newline, algorithm.rawValue] + publicKey
  return SHA256.hash(data: input).prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
}

extension FormatError {
  /// A key that cannot be read.
  static func key(_ expected: String) -> FormatError {
    FormatError("note key", expected: expected)
  }
}

extension Character {
  fileprivate var isLowercaseHexDigit: Bool { isHexDigit && !isUppercase }
}
