public import Conversations

/// An event of the log, and whose it is.
public struct PlacedEvent: Hashable, Sendable {
  /// The event.
  public let recorded: RecordedEvent
  /// The bot in whose inbox the conversation was before the event; `nil` at its start.
  public let formerHolder: BotID?
  /// The bot in whose inbox the conversation was after the event.
  public let holder: BotID?
  /// The account it belongs to: that of the bot that holds the conversation at the time of reading,
  /// or of the bot the registry's event is about.
  public let owner: OwnerID?
  /// Where the visitor came in.
  public let deployment: DeploymentID?
  /// The person who writes in the conversation.
  public let visitor: VisitorID?
  /// The name of the bot that caused it, if it was one.
  public let botName: String?

  /// Whether a caller may see the event: the same as for the conversation itself (R7).
  ///
  /// A visitor does not see what is said about the conversation behind the scenes.
  public func isVisible(to caller: Caller) -> Bool {
    switch caller {
    case .trusted, .admin, .auditor, .agent(_, of: nil): true
    case .owner(let owner), .agent(_, of: .some(let owner)): self.owner == owner
    case .visitor(let visitor):
      self.visitor == visitor && VisitorView.extent(of: recorded.event) != .nothing
    }
  }

  /// Whether the event belongs to what is seen of an inbox: the conversation was in it, came into
  /// it, or left it.
  public func concerns(inboxOf bot: BotID) -> Bool { holder == bot || formerHolder == bot }
}
