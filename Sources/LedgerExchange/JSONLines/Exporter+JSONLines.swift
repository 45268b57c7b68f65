import ConversationLedger
import Conversations

extension Exporter {
  /// Writes the neutral format: the registry as it stands, then the events in log order.
  func exportJSONLines(_ scope: ExportScope) throws -> Int {
    var count = try exportRegistry()
    try ledger.forEachEvent(in: scope) { count += try put($0) }
    return count
  }

  private func put(_ event: RecordedEvent) throws -> Int {
    guard let line = JSONLine(event) else { return 0 }
    try putLine(line)
    return 1
  }

  private func exportRegistry() throws -> Int {
    let registry = try ledger.registry()
    let owners = registry.owners.sorted { $0.key < $1.key }.map(JSONLine.init(owner:name:))
    let bots = registry.bots.sorted { $0.key < $1.key }.flatMap(JSONLine.lines(bot:_:))
    let deployments = registry.deployments.sorted { $0.key < $1.key }
      .map(JSONLine.init(deployment:_:))
    for line in owners + bots + deployments { try putLine(line) }
    return owners.count + bots.count + deployments.count
  }
}

extension JSONLine {
  init(owner: OwnerID, name: String) {
    self.init(type: "ownerRegistered")
    self.owner = owner.description
    self.name = name
  }

  init(deployment: DeploymentID, _ content: Deployment) {
    self.init(type: "deploymentRegistered")
    self.deployment = deployment.description
    bot = content.bot.description
    channel = content.channel
  }

  /// The lines of a bot: itself, its modules, whether it is enabled for handover.
  static func lines(bot: BotID, _ content: Bot) -> [JSONLine] {
    var registered = JSONLine(type: "botRegistered")
    registered.bot = bot.description
    registered.owner = content.owner.description
    registered.name = content.name
    registered.sessionMinutes = content.sessionMinutes
    let modules = content.modules.sorted { $0.key < $1.key }.map { module, name in
      var line = JSONLine(type: "moduleDefined")
      line.bot = bot.description
      line.module = module.number
      line.name = name
      return line
    }
    var lines = [registered] + modules
    if content.isHandoverRequested { lines.append(JSONLine(type: "handoverRequested", bot)) }
    if content.isEnabledForHandover { lines.append(JSONLine(type: "handoverEnabled", bot)) }
    return lines
  }

  private init(type: String, _ bot: BotID) {
    self.init(type: type)
    self.bot = bot.description
  }
}
