import ConversationLedger
import Conversations

/// A part of a transcript, by days, made as its entries are read.
///
/// An entry is kept as the page shows it, so that a page of long texts takes no more memory than
/// one of short ones.
struct TranscriptPart {
  /// The days.
  private(set) var days: [Day] = []
  private let path: String
  private let names: PageNames
  private let now: Timestamp
  private var before: Sender?

  /// The most entries of a page; the others are a click away.
  static let length = 300
  /// The most entries of a page that is printed: thirty sheets or so.
  static let printLength = 1_000

  /// The entries of a day.
  struct Day {
    let date: String
    let words: String
    var entries: [EntryPart]
  }

  /// Begins without entries.
  ///
  /// - Parameters:
  ///   - path: The address of the conversation.
  ///   - names: The names of bots and modules.
  ///   - now: The present.
  init(_ path: String, _ names: PageNames, now: Timestamp) {
    (self.path, self.names, self.now) = (path, names, now)
  }

  /// Adds the next entry.
  mutating func add(_ entry: TranscriptEntry) {
    let date = String(entry.at.prefix(10))
    if days.last?.date != date {
      days.append(Day(date: date, words: Stamp.day(date), entries: []))
      before = nil
    }
    let sender = Sender(entry)
    let place = EntryPart.Place(
      whole: "\(path)/entries/\(entry.position)",
      isContinued: sender != nil && sender == before,
    )
    days[days.count - 1].entries.append(EntryPart(entry, names, place, now: now))
    before = sender
  }
}

/// Who wrote a message, and in which minute: what follows from the same goes on with it.
private struct Sender: Hashable {
  let author: TranscriptEntry.Author
  let minute: Substring

  init?(_ entry: TranscriptEntry) {
    guard entry.kind == "message" else { return nil }
    (author, minute) = (entry.author, entry.at.prefix(16))
  }
}

/// An entry: one of three looks.
struct EntryPart {
  let message: MessagePart?
  let gap: GapPart?
  let event: EventPart?

  /// What an entry's place in the transcript says.
  struct Place {
    /// The address of the whole entry.
    let whole: String
    /// Whether it goes on with the message before it.
    let isContinued: Bool
  }

  /// Shows an entry.
  ///
  /// - Parameters:
  ///   - entry: The entry.
  ///   - names: The names of bots and modules.
  ///   - place: What its place says.
  ///   - now: The present.
  init(_ entry: TranscriptEntry, _ names: PageNames, _ place: Place, now: Timestamp) {
    let stamp = Stamp(entry.at, now: now)
    switch entry.kind {
    case "message", "note":
      (message, gap, event) = (MessagePart(entry, stamp, place), nil, nil)
    case "handover":
      (message, gap, event) = (nil, GapPart(entry, names, stamp, place), nil)
    default:
      (message, gap, event) = (nil, nil, EventPart(entry, names, stamp, place))
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
  /// The address of all of it, if something was cut.
  let whole: String?

  /// What a message has beside its text, behind a disclosure.
  struct Extra {
    let title: String
    let json: String
  }

  init(_ entry: TranscriptEntry, _ stamp: Stamp, _ place: EntryPart.Place) {
    let isNote = entry.kind == "note"
    let author = entry.author
    position = entry.position
    kind = entry.kind
    style =
      (isNote ? "note" : "message") + " by-\(PageNames.symbol(ofKind: author.kind))"
      + (place.isContinued ? " continued" : "")
    symbol = isNote ? "note" : PageNames.symbol(ofKind: author.kind)
    self.author = Self.name(author)
    kindWord = PageNames.kind(author.kind) + (isNote ? ", note for agents only" : "")
    self.stamp = stamp
    isStandIn = entry.text.isEmpty || entry.erased == true
    var space = EntrySpace()
    words = space.take(entry.text.isEmpty ? Self.standIn(entry.content) : entry.text) ?? ""
    replies = space.take(entry.content?.quickReplies ?? [])
    hasReplies = !replies.isEmpty
    var extras: [Extra] = []
    for (title, value) in [
      ("Card", entry.content?.card), ("Attachment", entry.content?.attachment),
    ] {
      guard let value, let json = space.take(PageNames.text(value)) else { continue }
      extras.append(Extra(title: title, json: json))
    }
    self.extras = extras
    whole = space.isCut ? place.whole : nil
  }

  private static func name(_ author: TranscriptEntry.Author) -> String {
    if author.kind == "visitor" { return PageNames.visitor(author.name, author.id ?? "") }
    return PageNames.short(author.name ?? author.id ?? PageNames.kind(author.kind))
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
  /// The address of all of it, if something was cut.
  let whole: String?

  /// A variable the handover carried.
  struct Variable {
    let name: String
    let value: String
  }

  init(
    _ entry: TranscriptEntry,
    _ names: PageNames,
    _ stamp: Stamp,
    _ place: EntryPart.Place,
  ) {
    position = entry.position
    from = names.bot(entry.from)
    to = names.bot(entry.to)
    self.stamp = stamp
    landing = names.landing(entry.module, of: entry.to)
    var space = EntrySpace()
    reason = entry.reason.flatMap { space.take($0) }
    let carried = entry.content?.variables ?? JSONObject()
    var shown: [Variable] = []
    for (name, value) in carried {
      guard let name = space.take(name), let value = space.take(PageNames.text(value)) else {
        break
      }
      shown.append(Variable(name: name, value: value))
    }
    variables = shown
    hasVariables = !shown.isEmpty
    variableWords = counted(carried.count, "variable carried", "variables carried")
    whole = space.isCut ? place.whole : nil
  }
}
