import ConversationLedger
import Conversations

/// What an address of the page asks for.
///
/// A value that is none of its kind is left out, and a sentence says so on the page: whoever types
/// an address or a filter sees the inbox and the mistake, not the mistake alone.
struct PageQuery: Sendable {
  /// The bot; the page chooses one if `nil`.
  var bot: String?
  /// The filters as they were typed.
  private(set) var typed: FormValues
  /// The words to look for.
  var text: String? { typed["text"] }
  /// Only conversations of this status.
  let status: ConversationStatus?
  /// Only conversations active since the first moment of this day.
  let from: Timestamp?
  /// Only conversations begun by the last moment of this day.
  let to: Timestamp?
  /// The moment to look at; now if `nil`.
  let asOf: Moment?
  /// The entry of the transcript to show, with those around it; the last ones if `nil`.
  let entry: UInt64?
  /// The entry before which the transcript is shown.
  let before: UInt64?
  /// What was typed and is not understood.
  let mistakes: [String]

  /// Reads a query.
  init(_ values: FormValues) {
    typed = values
    bot = values["bot"]
    var mistakes: [String] = []
    status = Self.read(values, "status", "active, expired or ended", &mistakes) {
      ConversationStatus(rawValue: $0)
    }
    from = Self.read(values, "from", "a date like 2026-11-22", &mistakes, Timestamp.init(text:))
    to = Self.read(values, "to", "a date like 2026-11-22", &mistakes, Self.endOfDay)
    asOf = Self.read(
      values,
      "asOf",
      "a position, or a time like 2026-11-22T15:10:58Z",
      &mistakes,
      Moment.init(text:),
    )
    entry = Self.read(values, "entry", "a position", &mistakes) { UInt64($0) }
    before = Self.read(values, "before", "a position", &mistakes) { UInt64($0) }
    self.mistakes = mistakes
  }

  private static func read<Value>(
    _ values: FormValues,
    _ name: String,
    _ kind: String,
    _ mistakes: inout [String],
    _ read: (String) -> Value?,
  ) -> Value? {
    guard let text = values[name] else { return nil }
    guard let value = read(text) else {
      mistakes.append("“\(text)” is not \(kind), so it was left out.")
      return nil
    }
    return value
  }

  private static func endOfDay(_ text: String) -> Timestamp? {
    guard let time = Timestamp(text: text) else { return nil }
    guard text.utf8.count == 10 else { return time }
    return Timestamp(microseconds: time.microseconds + 86_400_000_000 - 1)
  }

  /// Which part of the transcript is shown.
  var place: TranscriptPlace {
    before.map { .before($0) } ?? entry.map { .around($0) } ?? .end
  }

  /// Whether a box is ticked.
  func isOn(_ name: String) -> Bool { typed[name] != nil }

  /// How many filters are in use.
  var filterCount: Int {
    Self.filterNames.count { typed[$0] != nil }
  }

  /// What it costs: a filter may have to look at every row, and a moment at every event since.
  var cost: LedgerGate.Cost { filterCount > 0 || text != nil ? .much : .seldomMuch }

  /// The question to the ledger.
  func inbox(of bot: BotID, for caller: Caller) -> InboxQuery {
    var query = InboxQuery(of: bot)
    query.status = status
    query.from = from
    query.to = to
    query.tookPart = isOn("tookPart")
    query.hadHandover = isOn("hadHandover")
    query.hadAgent = isOn("hadAgent")
    query.text = text
    query.after = typed["after"]
    query.asOf = asOf
    query.caller = caller
    return query
  }
}

extension PageQuery {
  private static let filterNames = [
    "status", "from", "to", "tookPart", "hadHandover", "hadAgent", "asOf",
  ]
  private static let listNames = ["text"] + filterNames + ["after"]

  /// The query of an address with the same list, and some values set anew.
  func address(_ changes: (name: String, value: String?)...) -> String {
    var values = FormValues()
    values.add("bot", bot)
    for name in Self.listNames where !changes.contains(where: { $0.name == name }) {
      values.add(name, typed[name])
    }
    for change in changes { values.add(change.name, change.value) }
    return values.query
  }
}
