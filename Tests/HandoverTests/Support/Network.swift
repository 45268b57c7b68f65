import Testing

/// A network of bots to hand over between, entered in one import.
///
/// `Flights` (on the web), `Hotels` and `Cars` (on Messenger) are of one owner and enabled;
/// `Trains` is not enabled; `Rival` is of another owner.
enum Network {
  static let owner = "airline"
  static let module = "1"

  static var lines: [Line] {
    get throws {
      let own = try ["Flights", "Hotels", "Cars", "Trains"].flatMap { try bot($0, of: owner) }
      return own + (try bot("Rival", of: "rival"))
    }
  }

  private static func bot(_ name: String, of owner: String) throws -> [Line] {
    var account = Line("ownerRegistered")
    account.owner = owner
    var registered = Line("botRegistered")
    registered.bot = name
    registered.owner = owner
    var module = Line("moduleDefined")
    module.bot = name
    module.module = 1
    module.name = "Welcome"
    var deployed = Line("deploymentRegistered")
    deployed.bot = name
    deployed.deployment = "\(name) deployment"
    deployed.channel = name == "Cars" ? "messenger" : "web"
    var enabled = Line("handoverEnabled")
    enabled.bot = name
    return [account, registered, module, deployed] + (name == "Trains" ? [] : [enabled])
  }
}

extension LedgerFolder {
  /// Enters the network of bots.
  func enterNetwork() throws {
    try run("import", "--from", "jsonl", try file("network.jsonl", lines: Network.lines))
  }

  /// Starts a conversation by command and returns its identifier.
  func startConversation(with bot: String = "Flights", _ more: String...) throws -> String {
    let arguments = ["start", "--bot", bot, "--name", "Anna Lee", "--json"] + more
    return try run(arguments).json(Shape.Receipt.self).conversationId
  }

  /// The identifiers of the bots, by name.
  func botIdentifiers() throws -> [String: String] {
    let bots = try read([Shape.Bot].self, "bots")
    return Dictionary(bots.map { ($0.name, $0.botId) }) { first, _ in first }
  }
}
