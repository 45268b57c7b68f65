import Crypto
import Foundation

/// The signature of a post, after the Standard Webhooks specification
/// (https://www.standardwebhooks.com, spec/standard-webhooks.md).
///
/// `webhook-signature` is `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.
struct WebhookSignature: Sendable {
  private let key: SymmetricKey

  /// Takes a secret: `whsec_` and the base64 of its bytes, or any text.
  init(secret: String) { key = SymmetricKey(data: Self.key(of: secret)) }

  /// The bytes that a secret stands for.
  static func key(of secret: String) -> Data {
    let prefix = "whsec_"
    let bytes =
      secret.hasPrefix(prefix) ? Data(base64Encoded: String(secret.dropFirst(prefix.count))) : nil
    return bytes ?? Data(secret.utf8)
  }

  /// The header fields of a post.
  ///
  /// - Parameters:
  ///   - id: What repeated posts are told by.
  ///   - seconds: The time of this attempt, in seconds since 1970.
  ///   - body: The body, byte for byte.
  /// - Returns: Names and values.
  func headers(id: String, seconds: Int64, body: [UInt8]) -> [(String, String)] {
    var code = HMAC<SHA256>(key: key)
    code.update(data: Array("\(id).\(seconds).".utf8))
    code.update(data: body)
    let signature = Data(code.finalize()).base64EncodedString()
    return [
      ("webhook-id", id), ("webhook-timestamp", "\(seconds)"),
      ("webhook-signature", "v1,\(signature)"),
    ]
  }
}
