import ConversationLedger
import Conversations

/// An answer that says no: a problem document of RFC 9457 with a stable code.
///
/// The type is `about:blank`: what tells problems apart is `code`, whose meaning never changes.
struct Problem: Error, Hashable, Sendable {
  /// The HTTP status.
  let status: Int
  /// The word programs go by.
  let code: String
  /// What failed, on what, and what to do.
  let detail: String
  /// The agent who is in control, if that is why.
  var agent: String?
  /// The conversation's position, if the expected one was wrong.
  var actualPosition: UInt64?
  /// When it was given first, if it is given again under its idempotency key.
  var firstGivenAt: String?
  /// The seconds to wait before trying again.
  var retryAfter: Int?
  /// The methods that the address takes, if that is why.
  var allowedMethods: String?

  init(_ status: Int, _ code: String, _ detail: String) {
    self.status = status
    self.code = code
    self.detail = detail
  }

  /// The rules said no.
  init(_ refusal: Refusal) {
    self.init(refusal.code.status, refusal.code.name, refusal.sentence)
    agent = refusal.agent?.description
    actualPosition = refusal.actualPosition
    firstGivenAt = refusal.firstGivenAt?.text
  }

  /// The ledger cannot answer.
  init(_ error: LedgerError) {
    switch error.kind {
    case .notFound: self.init(404, "not_found", error.description)
    case .malformedQuery: self.init(400, "malformed_query", error.description)
    case .cursorExpired: self.init(410, "cursor_expired", error.description)
    case .cutOff: self.init(503, "question_cut_off", error.description)
    case .readOnly: self = .stopping
    case .clockAhead: self.init(503, "clock_ahead", error.description)
    case .noLedger, .anotherWriter, .cannotCreate, .inputOutput, .notPermitted, .damaged,
      .behindCheckpoint, .olderKeys, .unavailable:
      self.init(503, "storage_failed", "the ledger's storage failed; see the server's log")
    }
  }
}

extension Problem {
  static let tokenMissing = Problem(
    401,
    Refusal.Code.tokenMissing.name,
    "the call bears no token; send Authorization: Bearer TOKEN",
  )

  static let internalFault = Problem(
    500,
    "internal",
    "the server failed; its log says why",
  )

  static func malformedBody(_ detail: String) -> Problem {
    Problem(400, Refusal.Code.malformedBody.name, detail)
  }

  static func malformedQuery(_ detail: String) -> Problem {
    Problem(400, "malformed_query", detail)
  }

  static func notPermitted(_ detail: String) -> Problem {
    Problem(403, Refusal.Code.notPermitted.name, detail)
  }
}
