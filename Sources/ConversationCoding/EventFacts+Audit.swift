import Conversations

/// Events of the read audit: what was read stands in the clear, who read is sealed.
extension EventFacts {
  /// The switch of the read audit, as the detail says it.
  private enum Switch: UInt8 {
    case on = 1
    case off = 2
  }

  /// What was read, as the detail says it.
  private enum Scope: UInt8 {
    case log = 1
    case inbox = 2
    case conversation = 3
  }

  /// Writes the switch down.
  init(readAuditSwitchedOn isOn: Bool) {
    self.init(.readAuditSwitched, by: .staff)
    detail = (isOn ? Switch.on : .off).rawValue
  }

  /// Writes down what was read.
  init(_ type: EventType, of scope: ReadingScope, through position: UInt64) {
    self.init(type, by: .staff)
    number = position
    switch scope {
    case .log: detail = Scope.log.rawValue
    case .inbox(let bot):
      (detail, parties.first) = (Scope.inbox.rawValue, bot.value)
    case .conversation(let conversation):
      (detail, parties.first) = (Scope.conversation.rawValue, conversation.value)
    }
  }

  /// Reads an event of the read audit; a detail this version does not know is `unknown` (R22).
  var auditEvent: RegistryEvent {
    let isSwitch = knownType == .readAuditSwitched
    if isSwitch, let position = Switch(rawValue: detail) {
      return .readAuditSwitched(isOn: position == .on)
    }
    guard !isSwitch, let scope = readingScope else { return .unknown(type: type) }
    return knownType == .transcriptOpened
      ? .transcriptOpened(scope, through: number) : .transcriptsExported(scope, through: number)
  }

  private var readingScope: ReadingScope? {
    switch Scope(rawValue: detail) {
    case .log: .log
    case .inbox: .inbox(BotID(parties.first))
    case .conversation: .conversation(ConversationID(parties.first))
    case nil: nil
    }
  }
}
