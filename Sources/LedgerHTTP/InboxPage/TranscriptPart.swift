import ConversationLedger
import Conversations

/// The entries of a transcript, by days.
struct TranscriptPart {
  /// The days.
  let days: [Day]
  /// The position of the entry to look around for what comes before, and after.
  let earlier: UInt64?
  let later: UInt64?

  /// The most entries of a page; the others are a click away, and the print view has all.
  static let length = 300

  /// The entries of a day.
  struct Day {
    let date: String
    let words: String
    var entries: [EntryPart]
  }

  /// Shows the last entries, or those around a position, or all.
  init(
    _ transcript: Transcript,
    _ names: PageNames,
    around position: UInt64?,
    length: Int = Self.length,
    now: Timestamp,
  ) {
    let entries = transcript.entries
    let window = Self.window(entries, around: position, length)
    earlier = window.lowerBound > 0 ? entries[window.lowerBound - 1].position : nil
    later = window.upperBound < entries.count ? entries[window.upperBound].position : nil
    var days: [Day] = []
    var before: TranscriptEntry?
    for entry in entries[window] {
      let date = String(entry.at.prefix(10))
      let isNewDay = days.last?.date != date
      if isNewDay { days.append(Day(date: date, words: Stamp.day(date), entries: [])) }
      let part = EntryPart(entry, names, after: isNewDay ? nil : before, now: now)
      days[days.count - 1].entries.append(part)
      before = entry
    }
    self.days = days
  }

  private static func window(
    _ entries: [TranscriptEntry],
    around position: UInt64?,
    _ length: Int,
  ) -> Range<Int> {
    guard let position else { return max(0, entries.count - length)..<entries.count }
    let found = entries.firstIndex { $0.position >= position } ?? entries.count
    let start = max(0, min(found - length / 2, entries.count - length))
    return start..<min(entries.count, start + length)
  }
}

/// An entry: one of three looks.
struct EntryPart {
  let message: MessagePart?
  let gap: GapPart?
  let event: EventPart?

  /// Shows an entry.
  ///
  /// - Parameters:
  ///   - entry: The entry.
  ///   - names: The names of bots and modules.
  ///   - before: The entry before it on the same day.
  ///   - now: The present.
  init(
    _ entry: TranscriptEntry,
    _ names: PageNames,
    after before: TranscriptEntry?,
    now: Timestamp,
  ) {
    let stamp = Stamp(entry.at, now: now)
    switch entry.kind {
    case "message", "note":
      (message, gap, event) = (MessagePart(entry, stamp, after: before), nil, nil)
    case "handover": (message, gap, event) = (nil, GapPart(entry, names, stamp), nil)
    default: (message, gap, event) = (nil, nil, EventPart(entry, names, stamp))
    }
  }
}

/// A message, or a note.
struct MessagePart {
  let position: UInt64
  let kind: String
  let style: String
  let symbol: String
  let author: String
  let kindWord: String
  let stamp: Stamp
  let words: String
  let isStandIn: Bool
  let hasReplies: Bool
  let replies: [String]
  let extras: [Extra]

  /// What a message has beside its text, behind a disclosure.
  struct Extra {
    let title: String
    let json: String
  }

  init(_ entry: TranscriptEntry, _ stamp: Stamp, after before: TranscriptEntry?) {
    let isNote = entry.kind == "note"
    let author = entry.author
    position = entry.position
    kind = entry.kind
    let isContinued =
      !isNote && before?.kind == "message" && before?.author == author
      && before?.at.prefix(16) == entry.at.prefix(16)
    style =
      (isNote ? "note" : "message") + " by-\(PageNames.symbol(ofKind: author.kind))"
      + (isContinued ? " continued" : "")
    symbol = isNote ? "note" : PageNames.symbol(ofKind: author.kind)
    self.author = Self.name(author)
    kindWord = PageNames.kind(author.kind) + (isNote ? ", note for agents only" : "")
    self.stamp = stamp
    isStandIn = entry.text.isEmpty || entry.erased == true
    words = entry.text.isEmpty ? Self.standIn(entry.content) : entry.text
    replies = entry.content?.quickReplies ?? []
    hasReplies = !replies.isEmpty
    extras = [("Card", entry.content?.card), ("Attachment", entry.content?.attachment)]
      .compactMap { title, value in
        value.map { Extra(title: title, json: PageNames.text($0)) }
      }
  }

  private static func name(_ author: TranscriptEntry.Author) -> String {
    if author.kind == "visitor" { return PageNames.visitor(author.name, author.id ?? "") }
    return author.name ?? author.id ?? PageNames.kind(author.kind)
  }

  private static func standIn(_ content: TranscriptEntry.Content?) -> String {
    if content?.attachment != nil { return "(attachment)" }
    return content?.card != nil ? "(card)" : Transcript.emptyText
  }
}

/// A handover: the empty line, and its caption.
struct GapPart {
  let position: UInt64
  let from: String
  let to: String
  let stamp: Stamp
  let landing: String?
  let reason: String?
  let hasVariables: Bool
  let variableWords: String
  let variables: [Variable]

  /// A variable the handover carried.
  struct Variable {
    let name: String
    let value: String
  }

  init(_ entry: TranscriptEntry, _ names: PageNames, _ stamp: Stamp) {
    position = entry.position
    from = names.bot(entry.from)
    to = names.bot(entry.to)
    self.stamp = stamp
    landing = names.landing(entry.module, of: entry.to)
    reason = entry.reason
    let carried = entry.content?.variables ?? JSONObject()
    variables = carried.map { Variable(name: $0.name, value: PageNames.text($0.value)) }
    hasVariables = !variables.isEmpty
    variableWords = counted(variables.count, "variable carried", "variables carried")
  }
}
