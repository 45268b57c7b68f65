import Crypto

/// The secrets that are long enough and that everybody can look up: those of the collection
/// `wallarm/jwt-secrets` and of RFC 7515.
///
/// Of each, `known-secrets.txt` has the first eight bytes of its SHA-256 in hexadecimal, so that
/// the program gives none of them away (docs/decisions/0011-tokens.md).
enum KnownSecrets {
  private static let fingerprints = Set(
    String(decoding: PackageResources.known_secrets_txt, as: UTF8.self).split(separator: "\n")
  )

  /// Whether a secret is one of them.
  static func contain(_ secret: [UInt8]) -> Bool {
    let hash = SHA256.hash(data: secret).prefix(8)
    let fingerprint = hash.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }
    return fingerprints.contains(Substring(fingerprint.joined()))
  }
}
