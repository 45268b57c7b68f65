import ConversationCoding
import Conversations

/// Events of every case, with every kind of author, code, way and absence a case may have.
enum Samples {
  static let bot = BotID(0xB1 << 120 | 0xB1)
  static let otherBot = BotID(UInt128.max)
  static let visitor = VisitorID(0x51 << 120 | 1)
  static let agent = AgentID(0xA1 << 64)
  static let deployment = DeploymentID(0xD1)
  static let authors: [Author] = [.visitor(visitor), .bot(bot), .agent(agent), .staff, .source]
  static let modules: [ModuleID?] = [nil, ModuleID(1), ModuleID(.max)]

  static let conversationEvents: [ConversationEvent] =
    [
      .started(bot: bot, deployment: deployment, visitor: visitor),
      .agentTookOver(agent), .visitorErased(visitor), .sourceTruncated, .foreign,
      .agentHandedBack(agent, to: bot, since: 1), .agentHandedBack(agent, to: bot, since: .max),
      .unknown(type: 47), .unknown(type: 999), .unknown(type: .max), .unknown(type: 0),
    ]
    + authors.flatMap { author -> [ConversationEvent] in
      [
        .messagePosted(by: author), .notePosted(by: author), .variablesSet(by: author),
        .ended(by: author), .transcriptRead(by: author), .requestRepeated(by: author),
      ] + AgentMethod.allCases.map { .agentRequested(by: author, method: $0) }
    }
    + modules.flatMap { module -> [ConversationEvent] in
      [nil, otherBot].flatMap { destination in
        Refusal.Code.allCases.map { code in
          .handoverRefused(code, destination: destination, module: module)
        }
      } + [.handedOver(from: bot, to: otherBot, module: module)]
    }

  static let registryEvents: [RegistryEvent] =
    [
      .ownerRegistered(OwnerID(7)), .botRegistered(bot, owner: OwnerID(UInt128.max)),
      .deploymentRegistered(deployment, bot: bot), .handoverRequested(bot), .handoverEnabled(bot),
      .handoverDisabled(bot), .importRunStarted, .importRunFinished, .unknown(type: 31),
      .unknown(type: 12), .erasureOrdered(.visitor(visitor)), .erasureFinished(order: .max),
      .erasureOrdered(.conversation(ConversationID(7))), .erasureFinished(order: 1),
      .erasureOrdered(.retention(inboxOf: nil)), .erasureOrdered(.retention(inboxOf: bot)),
      .readAuditSwitched(isOn: true), .readAuditSwitched(isOn: false),
      .olderKeysAccepted(after: 0, isOwnKeyLost: true),
      .olderKeysAccepted(after: .max, isOwnKeyLost: false),
    ] + modules.compactMap { $0 }.map { .moduleDefined(bot, $0) }
    + scopes.flatMap { scope in
      [.transcriptOpened(scope, through: 7), .transcriptsExported(scope, through: .max)]
    }

  private static let scopes: [ReadingScope] = [
    .log, .inbox(bot), .conversation(ConversationID(9)),
  ]
}

extension ConversationEvent {
  /// The type of the event, `nil` for an unknown one; a new case does not compile without one here.
  var type: EventType? {
    switch self {
    case .started: .conversationStarted
    case .messagePosted: .messagePosted
    case .notePosted: .notePosted
    case .variablesSet: .variablesSet
    case .handedOver: .handedOver
    case .handoverRefused: .handoverRefused
    case .agentRequested: .agentRequested
    case .agentTookOver: .agentTookOver
    case .agentHandedBack: .agentHandedBack
    case .ended: .conversationEnded
    case .visitorErased: .visitorErased
    case .sourceTruncated: .sourceTruncated
    case .foreign: .foreign
    case .transcriptRead: .transcriptRead
    case .requestRepeated: .requestRepeated
    case .unknown: nil
    }
  }
}

extension RegistryEvent {
  /// The type of the event, `nil` for an unknown one; a new case does not compile without one here.
  var type: EventType? {
    switch self {
    case .ownerRegistered: .ownerRegistered
    case .botRegistered: .botRegistered
    case .moduleDefined: .moduleDefined
    case .deploymentRegistered: .deploymentRegistered
    case .handoverRequested: .handoverRequested
    case .handoverEnabled: .handoverEnabled
    case .handoverDisabled: .handoverDisabled
    case .importRunStarted: .importRunStarted
    case .importRunFinished: .importRunFinished
    case .erasureOrdered: .erasureOrdered
    case .erasureFinished: .erasureFinished
    case .readAuditSwitched: .readAuditSwitched
    case .transcriptsExported: .transcriptsExported
    case .transcriptOpened: .transcriptOpened
    case .olderKeysAccepted: .olderKeysAccepted
    case .unknown: nil
    }
  }
}
