import ArgumentParser
import ConversationLedger
import Conversations

/// The bots and what may be done with them.
struct Bots: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the bots, or change the registry.",
    discussion: """
      Example:
        handover bots
        handover bots register Flights --owner airline --module 1=Welcome
        handover bots enable Flights
      """,
    subcommands: [
      List.self, Register.self, Module.self, Deploy.self, Request.self, Enable.self,
      Disable.self,
    ],
    defaultSubcommand: List.self,
  )

  /// Lists the bots.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the bots and the sizes of their inboxes.",
      discussion: "Example:\n  handover bots --json",
    )

    @OptionGroup var options: LedgerOptions

    func run() throws {
      let bots = try options.open().bots()
      if options.json { return try printJSON(bots) }
      var table = Table(
        ["bot", "id", "conversations", "messages", "handover"],
        flexible: 0,
        rightAligned: [2, 3],
      )
      for bot in bots {
        let enabled = bot.handoverEnabled ? "enabled" : "-"
        table.add([bot.name, bot.botId, "\(bot.conversations)", "\(bot.messages)", enabled])
      }
      table.print()
    }
  }

  /// Enters a bot.
  struct Register: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Enter a bot, with its owner, modules and a deployment.",
      discussion: """
        The owner is entered too if it is not there. The bot's identifier is that of its name and
        owner, unless --id gives one.

        Example:
          handover bots register Flights --owner airline --channel web --module 1=Welcome
        """,
    )

    @Argument(help: "The bot's name.") var name: String
    @Option(name: .long, help: "The account it belongs to: a name or a UUID.") var owner: String
    @Option(name: .long, help: "The bot's UUID.") var id: String?
    @Option(name: .long, help: "The channel it is deployed on: web, messenger, sunshine, zendesk.")
    var channel: String?
    @Option(
      name: .customLong("module"),
      help: ArgumentHelp("A module to land on; may be given often.", valueName: "number=name"),
    )
    var modules: [String] = []
    @Option(name: .long, help: "Minutes without a message after which a conversation expires.")
    var sessionMinutes: Int64?
    @OptionGroup var registry: RegistryOptions

    func run() throws {
      let ownerID = OwnerID.account(owner)
      let bot = try botID(ownerID)
      var commands: [RegistryCommand] = [
        .registerOwner(ownerID, name: owner),
        .registerBot(bot, owner: ownerID, name: name, sessionMinutes: sessionMinutes),
      ]
      commands += try modules.map { text in
        let (module, name) = try Module.parse(text)
        return .defineModule(bot, module, name: name)
      }
      if let channel {
        commands.append(
          .registerDeployment(.of(bot, on: channel), bot: bot, channel: channel)
        )
      }
      try registry.submit(commands, creating: true) { "bot \(name) is \(bot)" }
    }

    private func botID(_ owner: OwnerID) throws -> BotID {
      guard let id else { return .named("bot", owner.description, name) }
      guard let bot = BotID(id) else { throw ValidationError("--id is a UUID, not \(id)") }
      return bot
    }
  }

  /// Names a module.
  struct Module: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Define a module of a bot, where a handover can land.",
      discussion: "Example:\n  handover bots module Flights 2=Refunds",
    )

    @Argument(help: "The bot.") var bot: String
    @Argument(help: ArgumentHelp("The module.", valueName: "number=name")) var module: String
    @OptionGroup var registry: RegistryOptions

    func run() throws {
      let (number, name) = try Module.parse(module)
      try registry.submit(bot) { .defineModule($0, number, name: name) }
    }

    static func parse(_ text: String) throws -> (ModuleID, String) {
      let parts = text.split(separator: "=", maxSplits: 1)
      guard let number = parts.first.flatMap({ UInt32($0) }).flatMap(ModuleID.init) else {
        throw ValidationError("a module is a positive number, or number=name, not \(text)")
      }
      return (number, parts.count > 1 ? String(parts[1]) : "")
    }
  }

  /// Puts a bot on a channel.
  struct Deploy: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Put a bot on a channel.",
      discussion: "Example:\n  handover bots deploy Flights --channel messenger",
    )

    @Argument(help: "The bot.") var bot: String
    @Option(name: .long, help: "The channel: web, messenger, sunshine, zendesk or another name.")
    var channel = "web"
    @OptionGroup var registry: RegistryOptions

    func run() throws {
      try registry.submit(bot) {
        .registerDeployment(.of($0, on: channel), bot: $0, channel: channel)
      }
    }
  }

  /// Asks for handovers to a bot.
  struct Request: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Ask that a bot may be handed over to.",
      discussion: "Example:\n  handover bots request Flights --as airline",
    )
    @Argument(help: "The bot.") var bot: String
    @OptionGroup var registry: RegistryOptions
    func run() throws { try registry.submit(bot) { .requestHandover($0) } }
  }

  /// Allows handovers to a bot.
  struct Enable: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Allow handovers to a bot, as an admin.",
      discussion: "Example:\n  handover bots enable Flights",
    )
    @Argument(help: "The bot.") var bot: String
    @OptionGroup var registry: RegistryOptions
    func run() throws { try registry.submit(bot) { .enableHandover($0) } }
  }

  /// Revokes handovers to a bot.
  struct Disable: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Revoke handovers to a bot; running conversations go on.",
      discussion: "Example:\n  handover bots disable Flights",
    )
    @Argument(help: "The bot.") var bot: String
    @OptionGroup var registry: RegistryOptions
    func run() throws { try registry.submit(bot) { .disableHandover($0) } }
  }
}

/// What commands to the registry take.
struct RegistryOptions: ParsableArguments {
  @Option(
    name: .customLong("as"),
    help: ArgumentHelp("The acting owner; without it, an admin.", valueName: "user"),
  )
  var user: String?
  @OptionGroup var options: LedgerOptions
  @OptionGroup var write: WriteOptions

  /// Submits a command about a bot.
  func submit(_ bot: String, _ command: (BotID) -> RegistryCommand) throws {
    try write.withLedger(options) { ledger in
      try submit([command(try ledger.bot(bot))], to: ledger) { "done" }
    }
  }

  /// Submits commands together.
  func submit(
    _ commands: [RegistryCommand],
    creating: Bool,
    _ sentence: () -> String,
  ) throws {
    try write.withLedger(options, creating: creating) { ledger in
      try submit(commands, to: ledger, sentence)
    }
  }

  private func submit(
    _ commands: [RegistryCommand],
    to ledger: Ledger,
    _ sentence: () -> String,
  ) throws {
    let caller: Caller = user.map { .owner(.account($0)) } ?? .trusted
    for answer in try ledger.submitAndWait(commands.map { .registry($0, by: caller) }) {
      guard case .refused(let refusal) = answer else { continue }
      if options.json { try printJSON(RefusalOutput(refusal, agent: nil)) }
      throw refusal
    }
    if options.json { return try printJSON(try ledger.bots()) }
    Terminal.print(sentence())
  }
}
