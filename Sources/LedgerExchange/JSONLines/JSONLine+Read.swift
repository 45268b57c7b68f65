import ConversationLedger
import Conversations
import Foundation

extension JSONLine {
  /// The source whose names the line uses.
  var label: String { source ?? "jsonl" }

  /// The place in the ledger the line comes from: the `n` of an id `@n`.
  var place: Int? {
    guard let id, id.hasPrefix("@") else { return nil }
    return Int(id.dropFirst())
  }

  /// What the line's key stood for in the ledger it comes from.
  func fingerprintBytes() throws(LineError) -> [UInt8]? {
    guard let fingerprint else { return nil }
    let digits = fingerprint.compactMap(\.hexDigitValue)
    guard digits.count == 32, fingerprint.count == 32 else {
      throw LineError(reason: "\"fingerprint\" is 32 hexadecimal digits")
    }
    return stride(from: 0, to: 32, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
  }

  /// The conversation the line belongs to.
  func conversationID() throws(LineError) -> ConversationID {
    let name = try required(conversation, "conversation")
    return ConversationID(name) ?? .named("conversation", label, name)
  }

  /// What the line changes in the registry; `nil` if it is of a conversation.
  func registryCommand() throws(LineError) -> RegistryCommand? {
    switch type {
    case "ownerRegistered":
      let owner = try required(owner, "owner")
      return .registerOwner(ownerID(owner), name: name ?? owner)
    case "botRegistered":
      let bot = try required(bot, "bot")
      let owner = ownerID(try required(owner, "owner"))
      return .registerBot(
        botID(bot),
        owner: owner,
        name: name ?? bot,
        sessionMinutes: sessionMinutes,
      )
    case "moduleDefined":
      return .defineModule(botID(try required(bot, "bot")), try moduleID(), name: name ?? "")
    case "deploymentRegistered":
      let deployment = try required(deployment, "deployment")
      let bot = botID(try required(bot, "bot"))
      return .registerDeployment(deploymentID(deployment), bot: bot, channel: channel ?? "web")
    case "handoverRequested": return .requestHandover(botID(try required(bot, "bot")))
    case "handoverEnabled": return .enableHandover(botID(try required(bot, "bot")))
    case "handoverDisabled": return .disableHandover(botID(try required(bot, "bot")))
    default: return nil
    }
  }

  /// The event the line tells.
  func event() throws(LineError) -> NewConversationEvent {
    NewEvent(try fact(), try body())
  }

  private func fact() throws(LineError) -> ConversationEvent {
    switch type {
    case "conversationStarted": try startedFact()
    case "messagePosted": .messagePosted(by: try authorOf())
    case "notePosted": .notePosted(by: try authorOf())
    case "variablesSet": .variablesSet(by: try authorOf())
    case "handedOver":
      .handedOver(
        from: botID(try required(from, "from")),
        to: botID(try required(to, "to")),
        module: module.flatMap(ModuleID.init),
      )
    case "handoverRefused":
      .handoverRefused(
        try refusalCode(),
        destination: to.map(botID),
        module: module.flatMap(ModuleID.init),
      )
    case "agentRequested": .agentRequested(by: try authorOf(), method: try agentMethod())
    case "agentTookOver": .agentTookOver(try agentID())
    case "agentHandedBack":
      .agentHandedBack(try agentID(), to: botID(try required(to, "to")), since: since ?? 0)
    case "conversationEnded": .ended(by: try authorOf())
    case "visitorErased": .visitorErased(try visitorID())
    case "sourceTruncated": .sourceTruncated
    case "foreign": .foreign
    case "transcriptRead": .transcriptRead(by: try authorOf())
    case "requestRepeated": .requestRepeated(by: try authorOf())
    default: throw LineError(reason: "\"\(type)\" is no event type; docs/events.md lists them")
    }
  }

  private func startedFact() throws(LineError) -> ConversationEvent {
    let bot = try required(bot, "bot")
    let deployment = deployment ?? "\(bot) on \(channel ?? "web")"
    return .started(
      bot: botID(bot),
      deployment: deploymentID(deployment),
      visitor: try visitorID(),
    )
  }

  /// What a conversation's line needs in the registry and names only by the way: the owner, the
  /// bots, and for a start without a deployment that.
  func impliedRegistrations() -> [RegistryCommand] {
    let names = botNames
    guard let bot = names.first else { return [] }
    let name = owner ?? label
    let owner = ownerID(name)
    var commands: [RegistryCommand] = [.registerOwner(owner, name: name)]
    commands += names.map {
      .registerBot(botID($0), owner: owner, name: $0, sessionMinutes: nil)
    }
    guard type == "conversationStarted", deployment == nil else { return commands }
    let channel = channel ?? "web"
    commands.append(
      .registerDeployment(
        deploymentID("\(bot) on \(channel)"),
        bot: botID(bot),
        channel: channel,
      )
    )
    return commands
  }

  /// What `impliedRegistrations` are made of.
  var names: [String] {
    let channel = type == "conversationStarted" && deployment == nil ? channel ?? "web" : ""
    return [label, owner ?? "", channel] + botNames
  }

  /// Refuses a start by which no deployment can be registered.
  func requireDeployment() throws(LineError) {
    guard type == "conversationStarted", deployment == nil, let bot, BotID(bot) != nil else {
      return
    }
    throw LineError(reason: "a bot named by UUID needs \"deployment\" too")
  }

  private func body() throws(LineError) -> EventBody {
    var body = EventBody()
    body.text = text
    body.quickReplies = quickReplies ?? []
    body.card = card
    body.attachment = attachment
    body.variables = variables ?? [:]
    body.reason = reason
    body.name = name
    let party = agent ?? author ?? visitor
    body.authorName = party?.name
    body.authorID = party?.account ?? sourceIdentifier(party)
    if type == "conversationStarted" {
      let name = try required(conversation, "conversation")
      body.externalID = externalId ?? (ConversationID(name) == nil ? name : nil)
      body.source = source
    } else {
      body.externalID = externalId
    }
    if let raw {
      guard let bytes = Data(base64Encoded: raw) else {
        throw LineError(reason: "\"raw\" is not Base64")
      }
      body.raw = Array(bytes)
    }
    return body
  }

  /// The identifier of a party at the source, if it is not one of ours.
  private func sourceIdentifier(_ party: Party?) -> String? {
    guard party?.kind != "bot", let id = party?.id, BotID(id) == nil else { return nil }
    return id
  }

  private func authorOf() throws(LineError) -> Author {
    guard let author else { throw LineError(reason: "\"author\" is missing") }
    switch author.kind {
    case "visitor": return .visitor(try visitorID(author))
    case "bot": return .bot(botID(try required(author.id, "author.id")))
    case "agent": return .agent(agentID(try required(author.id, "author.id")))
    case "staff": return .staff
    case "source": return .source
    default:
      throw LineError(
        reason: "\"author.kind\" is visitor, bot, agent, staff or source"
      )
    }
  }

  /// A visitor: named, or the one visitor of the conversation.
  private func visitorID(_ party: Party? = nil) throws(LineError) -> VisitorID {
    if let id = (party ?? visitor)?.id { return VisitorID(id) ?? .named("visitor", label, id) }
    return .named("visitor of", label, try required(conversation, "conversation"))
  }

  private func agentID() throws(LineError) -> AgentID {
    agentID(try required(agent?.id, "agent.id"))
  }

  private func agentID(_ name: String) -> AgentID { AgentID(name) ?? .account(name) }
  private func botID(_ name: String) -> BotID { BotID(name) ?? .named("bot", label, name) }
  private func ownerID(_ name: String) -> OwnerID { OwnerID(name) ?? .named("owner", name) }

  private func deploymentID(_ name: String) -> DeploymentID {
    DeploymentID(name) ?? .named("deployment", label, name)
  }

  private func moduleID() throws(LineError) -> ModuleID {
    guard let module = module.flatMap(ModuleID.init) else {
      throw LineError(reason: "\"module\" is a positive whole number")
    }
    return module
  }

  private func refusalCode() throws(LineError) -> Refusal.Code {
    guard let code = Refusal.Code.allCases.first(where: { $0.name == code }) else {
      throw LineError(reason: "\"code\" is no refusal code")
    }
    return code
  }

  private func agentMethod() throws(LineError) -> AgentMethod {
    guard let method else { return .chatAPI }
    guard let known = AgentMethod(name: method) else {
      throw LineError(reason: "\"method\" is chat-api, handover-protocol, sunshine or zendesk")
    }
    return known
  }

  private func required(_ value: String?, _ member: String) throws(LineError) -> String {
    guard let value, !value.isEmpty else { throw LineError(reason: "\"\(member)\" is missing") }
    return value
  }
}
