import HTTPTypes
import Hummingbird

/// The terms of a command that stand in header fields.
struct CallTerms: Hashable, Sendable {
  /// Makes the call repeatable (R17).
  let idempotencyKey: String?
  /// The position the conversation must be at (R18).
  let expectedPosition: UInt64?

  /// The terms of a call that states them otherwise than in header fields.
  init(idempotencyKey: String? = nil, expectedPosition: UInt64? = nil) {
    self.idempotencyKey = idempotencyKey
    self.expectedPosition = expectedPosition
  }

  /// Reads `Idempotency-Key` and `Expected-Position`.
  init(_ headers: HTTPFields) throws(Problem) {
    idempotencyKey = headers[.idempotencyKey]
    if let key = idempotencyKey?.utf8,
      !(1...255).contains(key.count) || !key.allSatisfy({ (0x21...0x7E).contains($0) })
    {
      throw .malformedBody("Idempotency-Key has 1 to 255 visible characters of ASCII")
    }
    guard let text = headers[.expectedPosition] else {
      expectedPosition = nil
      return
    }
    guard let position = UInt64(text) else {
      throw .malformedBody("Expected-Position is a log position in digits")
    }
    expectedPosition = position
  }

  /// The terms of a call that has no such header fields.
  init(idempotencyKey: String?) {
    self.idempotencyKey = idempotencyKey
    expectedPosition = nil
  }
}

extension HTTPField.Name {
  /// A field name of ours; all of them are valid, so the other one is never used.
  private static func ours(_ name: String) -> HTTPField.Name {
    HTTPField.Name(name) ?? .cacheControl
  }

  /// The key of a repeatable call.
  static let idempotencyKey = ours("Idempotency-Key")
  /// Says that an answer is the first one again.
  static let idempotencyReplayed = ours("Idempotency-Replayed")
  /// The position a conversation must be at.
  static let expectedPosition = ours("Expected-Position")
}
