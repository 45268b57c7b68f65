/// A command the rules did not allow: an answer, not a fault.
public struct Refusal: Error, Hashable, Sendable {
  /// Which rule said no.
  public let code: Code
  /// What failed, on what, and what to do.
  public let sentence: String
  /// The agent who is in control, if that is why.
  public let agent: AgentID?
  /// The conversation's position, if the expected one was wrong (R18).
  public let actualPosition: UInt64?
  /// When it was given first, if it is given again under its idempotency key (R17).
  public let firstGivenAt: Timestamp?

  /// Refuses.
  public init(
    _ code: Code,
    _ sentence: String,
    agent: AgentID? = nil,
    actualPosition: UInt64? = nil,
    firstGivenAt: Timestamp? = nil,
  ) {
    self.code = code
    self.sentence = sentence
    self.agent = agent
    self.actualPosition = actualPosition
    self.firstGivenAt = firstGivenAt
  }

  /// A code whose meaning never changes (R7).
  ///
  /// The numbers stand in stored records.
  public enum Code: UInt8, Hashable, Sendable, CaseIterable {
    /// The call bears no token.
    case tokenMissing = 1
    /// The token is not one of ours.
    case tokenInvalid = 2
    /// The token's time is over.
    case tokenExpired = 3
    /// The call's body is not what the interface takes.
    case malformedBody = 4
    /// There is no such conversation for this caller.
    case conversationNotFound = 5
    /// The conversation has ended.
    case conversationEnded = 6
    /// An agent is in control.
    case agentInControl = 7
    /// The bot does not hold the conversation.
    case notTheHolder = 8
    /// The destination holds the conversation already.
    case sameBot = 9
    /// There is no such bot.
    case botNotFound = 10
    /// The bots, or the caller, belong to different owners.
    case ownerMismatch = 11
    /// The destination is not enabled for handover by an admin.
    case handoverNotEnabled = 12
    /// The destination has no such module.
    case moduleNotFound = 13
    /// Too many handovers with no visitor message in between.
    case handoverLoop = 14
    /// The way to an agent does not fit the origin's channel.
    case channelMismatch = 15
    /// The idempotency key stands for other content.
    case idempotencyKeyReused = 16
    /// The conversation is at another position.
    case wrongExpectedPosition = 17
    /// No agent, or another one, is in control.
    case agentNotInControl = 18
    /// There is no such deployment.
    case deploymentNotFound = 19
    /// There is no such owner.
    case ownerNotFound = 20
    /// The caller's role does not allow this.
    case notPermitted = 21
    /// The identifier stands for something else already.
    case alreadyRegistered = 22
    /// The visitor was erased.
    case visitorErased = 23
    /// The part is longer than the ledger keeps.
    case tooLarge = 24

    /// The word of the interfaces.
    public var name: String { snakeCase("\(self)") }

    /// The HTTP status that goes with the code.
    public var status: Int {
      switch self {
      case .tokenMissing, .tokenInvalid, .tokenExpired: 401
      case .malformedBody: 400
      case .conversationNotFound, .botNotFound, .moduleNotFound: 404
      case .deploymentNotFound, .ownerNotFound: 404
      case .ownerMismatch, .handoverNotEnabled, .notPermitted: 403
      case .idempotencyKeyReused: 422
      case .visitorErased: 410
      case .tooLarge: 413
      case .conversationEnded, .agentInControl, .notTheHolder, .sameBot, .handoverLoop: 409
      case .channelMismatch, .wrongExpectedPosition, .agentNotInControl: 409
      case .alreadyRegistered: 409
      }
    }
  }
}

/// `camelCase` as `snake_case`.
private func snakeCase(_ name: String) -> String {
  name.reduce(into: "") { result, character in
    if character.isUppercase { result.append("_") }
    result.append(contentsOf: character.lowercased())
  }
}
