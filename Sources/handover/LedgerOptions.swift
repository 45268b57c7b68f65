import ArgumentParser
import ConversationLedger
import Conversations
import Foundation

/// What every command takes.
struct LedgerOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp("The ledger's folder.", valueName: "dir"),
    completion: .directory,
  )
  var ledger =
    ProcessInfo.processInfo.environment["HANDOVER_LEDGER"] ?? "./ledger-data"

  @Flag(name: .long, help: "Print one JSON value on standard output.")
  var json = false

  /// Opens the ledger for reading, beside whoever writes it.
  ///
  /// A log that is not the one that was signed can be read, with a warning.
  func open() throws -> Ledger {
    let ledger = try Ledger(at: ledger, for: .reading)
    if let warning = ledger.checkpointWarning() { Terminal.warn("\(warning)") }
    return ledger
  }
}

/// What commands that write take.
struct WriteOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp("The most the log can grow to, in MiB.", valueName: "mib"),
  )
  var mapSize: Int?

  @Flag(
    name: .long,
    help: "Take the clock for right, however far it is beyond the last record.",
  )
  var acceptClock = false

  func validate() throws {
    if let mapSize, !(1...(1 << 27)).contains(mapSize) {
      throw ValidationError("--map-size is 1 to 134217728 MiB")
    }
  }

  /// Opens the ledger for writing, runs a body, and closes it.
  func withLedger<Result>(
    _ options: LedgerOptions,
    creating: Bool = false,
    origin: String? = nil,
    _ body: (Ledger) throws -> Result,
  ) throws -> Result {
    var ledgerOptions = Ledger.Options()
    ledgerOptions.mapSizeInBytes = mapSize.map { $0 << 20 }
    ledgerOptions.origin = origin
    ledgerOptions.acceptsClock = acceptClock
    let bar = ProgressBar("building views")
    ledgerOptions.progress = { bar.show($0, of: $1) }
    ledgerOptions.warn = { Terminal.warn($0) }
    let access = Ledger.Access.writing(creating: creating)
    let ledger = try Ledger(at: options.ledger, for: access, options: ledgerOptions)
    defer { ledger.close() }
    if let warning = ledger.clockWarning() { Terminal.warn("\(warning)") }
    return try body(ledger)
  }
}

/// What commands to a conversation take.
struct RequestOptions: ParsableArguments {
  @Option(
    name: .customLong("as"),
    help: ArgumentHelp(
      "The acting account. Who can write the ledger's files is trusted with it.",
      valueName: "user",
    ),
  )
  var user: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Makes the command repeatable: the same key and content again changes nothing.",
      valueName: "key",
    ),
  )
  var idempotencyKey: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Refuse unless this is the position of the conversation's last event.",
      valueName: "position",
    ),
  )
  var expectedPosition: UInt64?

  @OptionGroup var write: WriteOptions

  /// Submits a command to a conversation and prints the receipt.
  func submit(
    _ conversation: ConversationID,
    _ options: LedgerOptions,
    caller: Caller = .trusted,
    _ command: (Ledger) throws -> ConversationCommand,
  ) throws {
    try write.withLedger(options) { ledger in
      let request = ConversationRequest(
        conversation,
        try command(ledger),
        caller: caller,
        idempotencyKey: idempotencyKey,
        expectedPosition: expectedPosition,
        successor: .fresh(),
      )
      try submit(.conversation(request), to: ledger, options, of: conversation)
    }
  }

  /// Submits a command and prints the receipt; a refusal ends the process.
  func submit(
    _ command: LedgerCommand,
    to ledger: Ledger,
    _ options: LedgerOptions,
    of conversation: ConversationID? = nil,
  ) throws {
    for answer in try ledger.submitAndWait([command]) {
      switch answer {
      case .done(let receipt): try ReceiptOutput(receipt).print(options)
      case .refused(let refusal):
        let agent = try conversation.flatMap {
          try ledger.agentInControl(of: $0, as: refusal.agent)
        }
        let named = agent.map { refusal.naming($0) } ?? refusal
        if options.json { try printJSON(RefusalOutput(refusal, agent: agent)) }
        throw named
      case .recorded: break
      }
    }
  }
}

extension Refusal {
  /// The refusal with the name of the agent who is in control, if that is why (R12).
  fileprivate func naming(_ name: String) -> Refusal {
    guard agent != nil else { return self }
    return Refusal(
      code,
      "\(sentence) (agent \(name))",
      agent: agent,
      firstGivenAt: firstGivenAt,
    )
  }
}

/// The answer to a command: the JSON shape of design.md 8.
struct ReceiptOutput: Encodable {
  var conversationId: String
  var holderBotId: String?
  var moduleId: UInt32?
  var position: UInt64
  var repeated: Bool

  init(_ receipt: Receipt) {
    conversationId = receipt.conversation.description
    holderBotId = receipt.holder?.description
    moduleId = receipt.module?.number
    position = receipt.position
    repeated = receipt.isRepeated
  }

  func print(_ options: LedgerOptions) throws {
    if options.json { return try printJSON(self) }
    let held = repeated ? "held already, at" : "recorded at"
    Terminal.print("\(held) position \(position)")
    if holderBotId != nil { Terminal.print("conversation \(conversationId)") }
  }
}

/// A refusal: the members of an RFC 9457 problem that a script needs.
struct RefusalOutput: Encodable {
  var code: String
  var status: Int
  var detail: String
  var agent: String?
  var actualPosition: UInt64?
  var firstGivenAt: String?

  init(_ refusal: Refusal, agent: String?) {
    code = refusal.code.name
    status = refusal.code.status
    detail = refusal.sentence
    self.agent = refusal.agent.map { agent ?? $0.description }
    actualPosition = refusal.actualPosition
    firstGivenAt = refusal.firstGivenAt?.text
  }
}
