import ConversationLedger
import Conversations

/// Something that happened and is no message: a sentence of actor, verb and object.
struct EventPart {
  let position: UInt64
  let kind: String
  let style: String
  let symbol: String
  let actor: String?
  let verb: String
  let object: String?
  let detail: String?
  let code: String?
  let reason: String?
  let stamp: Stamp
  /// The address of all of it, if something was cut.
  let whole: String?

  /// Shows an entry of a transcript that is neither message nor handover.
  init(
    _ entry: TranscriptEntry,
    _ names: PageNames,
    _ stamp: Stamp,
    _ place: EntryPart.Place,
  ) {
    position = entry.position
    kind = entry.kind
    self.stamp = stamp
    var space = EntrySpace()
    let words = entry.kind == "raw" && !entry.text.isEmpty ? entry.text : entry.reason
    reason = words.flatMap { space.take($0) }
    whole = space.isCut ? place.whole : nil
    code = nil
    let author = entry.author
    let name = PageNames.short(author.name ?? author.id ?? PageNames.kind(author.kind))
    switch entry.kind {
    case "agentRequested":
      (style, symbol, actor, verb) = ("agent-event", "asked", name, "asked for an agent")
      (object, detail) = (nil, entry.method.map { "by way of \($0)" })
    case "agentTookOver":
      (style, symbol, actor, verb) = ("agent-event", "agent", "Agent \(name)", "took over")
      (object, detail) = (nil, nil)
    case "agentHandedBack":
      (style, symbol, actor, verb) = ("agent-event", "back", "Agent \(name)", "handed back to")
      (object, detail) = (names.bot(entry.to), nil)
    case "ended":
      (style, symbol, actor, verb) = ("", "ended", name, "ended the conversation")
      (object, detail) = (nil, nil)
    default:
      (style, symbol, actor, verb) = ("raw", "raw", nil, entry.type ?? entry.kind)
      (object, detail) = (nil, nil)
    }
  }

  /// Shows an event that put a conversation where it is.
  init(_ row: EventRow, _ names: PageNames, now: Timestamp) {
    position = row.position
    kind = row.type
    style = ""
    stamp = Stamp(row.occurredAt ?? row.at, now: now)
    reason = row.reason?.shortened(to: shownLineLength)
    whole = nil
    code = row.code
    let author = PageNames.short(row.author ?? "somebody")
    switch row.type {
    case "conversationStarted":
      (symbol, actor, verb, object) = ("visitor", "The visitor", "came in at", names.bot(row.to))
      detail = nil
    case "handedOver":
      (symbol, actor, verb) = ("right-arrow", names.bot(row.from), "handed over to")
      (object, detail) = (names.bot(row.to), names.landing(row.module, of: row.to))
    case "handoverRefused":
      (symbol, actor, verb) = ("refused", nil, "A handover was refused, to")
      (object, detail) = (names.bot(row.to), nil)
    case "agentRequested":
      (symbol, actor, verb, object) = ("asked", "The holder", "asked for an agent", nil)
      detail = nil
    case "agentTookOver":
      (symbol, actor, verb, object) = ("agent", "Agent \(author)", "took over", nil)
      detail = nil
    case "agentHandedBack":
      (symbol, actor, verb) = ("back", "Agent \(author)", "handed back to")
      (object, detail) = (names.bot(row.to), nil)
    case "conversationEnded":
      (symbol, actor, verb, object) = ("ended", nil, "The conversation ended", nil)
      detail = nil
    default: (symbol, actor, verb, object, detail) = ("raw", nil, row.type, nil, nil)
    }
  }
}
