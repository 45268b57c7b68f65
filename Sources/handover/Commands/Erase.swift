import ArgumentParser
import ConversationLedger
import Conversations

/// Makes words unreadable for ever.
struct Erase: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make the words of a visitor or of conversations unreadable, for ever.",
    discussion: """
      Destroys the keys that the words are sealed with, writes that down in each conversation, and
      then searches every file of the ledger for the words, byte by byte. Nothing is added to what
      was erased, and an erased visitor cannot begin again. Every proof still holds. The receipt is
      printed and kept in the ledger's folder `receipts`. Exit code 1 if words were found. Who
      repeats an erasure by name gets its receipt again.

      --older-than goes by the latest of all times of a conversation; --dry-run says between which
      times the words lie that would be destroyed.

      The ground is kept and is not secret: name the request or the rule, not the person.

      Example:
        handover erase --visitor anna --ground "Art. 17 GDPR, ticket 81" --as dpo --dry-run
        handover erase --conversation 0190b6a0-5c1f-7d1e-8000-000000000001 --ground "ticket 82"
        handover erase --older-than 365d --bot Flights --ended --ground "retention rule 3"
      """,
  )

  @Option(
    name: .long,
    help: ArgumentHelp(
      "All conversations of a visitor: a UUID, or the identifier it was started or imported with.",
      valueName: "id",
    ),
  )
  var visitor: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "One conversation: a UUID, or the identifier it was imported with.",
      valueName: "id",
    ),
  )
  var conversation: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "All conversations that have ended or expired, without activity for so many days.",
      valueName: "days",
    ),
  )
  var olderThan: Days?

  @Option(name: .long, help: "With --older-than: only the inbox of this bot.") var bot: String?
  @Flag(name: .long, help: "With --older-than: only conversations that have ended.")
  var ended = false
  @Option(name: .long, help: "Why: the request, the rule, the law.") var ground: String
  @Option(
    name: .customLong("as"),
    help: ArgumentHelp("The account of who orders it.", valueName: "user"),
  )
  var user: String?
  @Flag(name: .long, help: "Only say what would be erased.") var dryRun = false
  @OptionGroup var options: LedgerOptions
  @OptionGroup var write: WriteOptions

  func validate() throws {
    let given = [visitor != nil, conversation != nil, olderThan != nil].count { $0 }
    guard given == 1 else {
      throw ValidationError("give one of --visitor, --conversation and --older-than")
    }
    if olderThan == nil, bot != nil || ended {
      throw ValidationError("--bot and --ended go with --older-than")
    }
  }

  func run() throws {
    if dryRun {
      let ledger = try options.open()
      return try show(ledger.previewErasure(try request(ledger)))
    }
    let receipt = try write.withLedger(options) { ledger in
      guard let name else { return try ledger.eraseAndWait(try request(ledger)) }
      return try ledger.eraseAndWait(name) { request(for: $0) }
    }
    try show(receipt)
  }

  /// What the visitor or the conversation is called; `nil` for a retention rule.
  private var name: ErasureName? {
    visitor.map { .visitor($0) } ?? conversation.map { .conversation($0) }
  }

  private func request(_ ledger: Ledger) throws -> ErasureRequest {
    if let name { return request(for: try ledger.subject(named: name)) }
    return request(for: .retention(inboxOf: try bot.map { try ledger.bot($0) }))
  }

  private func request(for subject: ErasureSubject) -> ErasureRequest {
    var request = ErasureRequest(subject, ground: ground, orderedBy: user)
    request.inactiveFor = olderThan?.duration
    request.isEndedOnly = ended
    return request
  }

  private func show(_ preview: ErasurePreview) throws {
    if options.json { return try printJSON(preview) }
    Terminal.print("would erase    \(preview.conversations) conversations")
    Terminal.print("events         \(preview.events)")
    Terminal.print("keys           \(preview.keys)")
    Terminal.print("oldest word    \(preview.since ?? "-")")
    Terminal.print("newest word    \(preview.until ?? "-")")
    for conversation in preview.conversationIds { Terminal.print("conversation   \(conversation)") }
    if !preview.complete { Terminal.note("there are more than one order takes; erase again then") }
  }

  private func show(_ receipt: ErasureReceipt) throws {
    let found = receipt.hunt?.found ?? 0
    if options.json {
      try printJSON(receipt)
    } else {
      Terminal.print("erased         \(receipt.conversations) conversations")
      Terminal.print("events         \(receipt.events)")
      Terminal.print("keys           \(receipt.keys) destroyed")
      Terminal.print("ordered at     position \(receipt.orderPosition), \(receipt.orderedAt)")
      if let hunt = receipt.hunt {
        let size = "\(hunt.files) files, \(hunt.bytes) bytes"
        Terminal.print("searched       \(size) for \(hunt.texts) texts: \(found) found")
      }
      Terminal.print("position       \(receipt.position)")
      Terminal.print("root           \(receipt.root)")
    }
    if !receipt.complete { Terminal.note("there are more than one order takes; erase again") }
    for place in receipt.hunt?.leftovers ?? [] {
      Terminal.note("left over: \(place.file) at byte \(place.offset)")
    }
    guard found == 0 else {
      throw CommandFailure(
        Failure.Code.checkSaidNo,
        "the keys are destroyed, but \(found) places still hold words; see the receipt",
      )
    }
  }
}

/// A number of days, with or without a `d`.
struct Days: ExpressibleByArgument {
  /// More than the ledger's times reach back.
  private static let limit = 100_000

  let duration: Duration

  /// Reads `365` or `365d`.
  init?(argument: String) {
    let digits = argument.hasSuffix("d") ? argument.dropLast() : argument[...]
    guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let days = Int(digits),
      days <= Self.limit
    else { return nil }
    duration = .seconds(days * 86_400)
  }
}
