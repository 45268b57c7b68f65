import ConversationLedger
import Conversations

/// The replay of a conversation, as its template takes it.
struct ReplayFrame {
  let frame: PageFrame
  let id: String
  let visitor: String
  let back: String
  let then: String
  let count: Int
  let number: Int
  let position: UInt64
  let firstPosition: UInt64
  let lastPosition: UInt64
  let line: TimeLine
  let first: String?
  let previous: String?
  let next: String?
  let last: String?
  let here: ReplayStepPart
  let changes: [Change]
  let earlier: String?
  let later: String?
  let steps: [ReplayStepPart]

  /// What was before an event, and what is after it.
  struct Change {
    let what: String
    let before: String
    let after: String
    let isNew: Bool
  }

  /// How many steps are listed before the one that is looked at, and behind it.
  private static let listLength = 100

  /// Shows a conversation at one of its events.
  ///
  /// - Parameters:
  ///   - steps: All its events; at least one.
  ///   - asked: The position that is looked at; the last event at or before it is shown.
  ///   - row: The conversation.
  ///   - frame: Title, assets and so on.
  ///   - names: The names of bots.
  ///   - now: The present.
  init(
    _ steps: [ReplayStep],
    at asked: UInt64?,
    _ row: InboxRow,
    _ frame: PageFrame,
    _ names: PageNames,
    now: Timestamp,
  ) {
    let path = "/conversations/\(row.conversationId)"
    func href(_ step: ReplayStep) -> String { "\(path)/replay?at=\(step.event.position)" }
    let index =
      asked.flatMap { at in steps.lastIndex { $0.event.position <= at } }
      ?? (asked == nil ? steps.count - 1 : 0)
    let step = steps[index]
    self.frame = frame
    id = row.conversationId
    visitor = PageNames.visitor(row.visitor.name, row.visitor.id)
    back = path
    then = "\(path)?bot=\(step.after?.holderBotId ?? row.holderBotId)&asOf=\(step.event.position)"
    (count, number) = (steps.count, index + 1)
    position = step.event.position
    firstPosition = steps[0].event.position
    lastPosition = steps[steps.count - 1].event.position
    line = TimeLine(steps, here: index, names, visitor: visitor, href: href)
    first = index > 0 ? href(steps[0]) : nil
    previous = index > 0 ? href(steps[index - 1]) : nil
    next = index + 1 < steps.count ? href(steps[index + 1]) : nil
    last = index + 1 < steps.count ? href(steps[steps.count - 1]) : nil
    here = ReplayStepPart(
      step,
      number: index + 1,
      href: href(step),
      isHere: true,
      names,
      visitor: visitor,
      now: now,
    )
    changes = Self.changes(step, names)
    let shown = max(0, index - Self.listLength)..<min(steps.count, index + Self.listLength + 1)
    earlier = shown.lowerBound > 0 ? href(steps[shown.lowerBound - 1]) : nil
    later = shown.upperBound < steps.count ? href(steps[shown.upperBound]) : nil
    self.steps = shown.map { [visitor] place in
      ReplayStepPart(
        steps[place],
        number: place + 1,
        href: href(steps[place]),
        isHere: place == index,
        names,
        visitor: visitor,
        now: now,
      )
    }
  }

  private static func changes(_ step: ReplayStep, _ names: PageNames) -> [Change] {
    func change(_ what: String, _ words: (ReplayState) -> String) -> Change {
      let (before, after) = (step.before.map(words) ?? "–", step.after.map(words) ?? "–")
      return Change(what: what, before: before, after: after, isNew: before != after)
    }
    return [
      change("Held by") { names.bot($0.holderBotId) },
      change("Who answers") { state in
        switch state.control {
        case "agent": "agent \(state.agent ?? state.agentId ?? "")"
        case "agentRequested": "the bot; an agent was asked for"
        default: "the bot"
        }
      },
      change("Handovers since the visitor wrote") { "\($0.handoversSinceVisitor)" },
      change("Ended") { $0.ended ? "yes" : "no" },
    ]
  }
}

/// An event of a replay, as its template takes it.
struct ReplayStepPart {
  let number: Int
  let href: String
  let isHere: Bool
  let position: UInt64
  let symbol: String
  let sentence: String
  let words: String?
  let code: String?
  let reason: String?
  let stamp: Stamp
  let type: String
  let isImported: Bool

  init(
    _ step: ReplayStep,
    number: Int,
    href: String,
    isHere: Bool,
    _ names: PageNames,
    visitor: String,
    now: Timestamp,
  ) {
    let event = step.event
    (self.number, self.href, self.isHere) = (number, href, isHere)
    position = event.position
    symbol = Self.symbol(of: event, names, now)
    sentence = Self.sentence(of: event, names, visitor: visitor)
    let isErased = event.erased == true && ["messagePosted", "notePosted"].contains(event.type)
    words =
      isErased ? Transcript.erasedText : event.type == "conversationStarted" ? nil : event.text
    code = event.code
    reason = event.reason
    stamp = Stamp(event.occurredAt ?? event.at, now: now)
    type = event.type
    isImported = event.source == "imported"
  }

  /// What happened, in a sentence without the words that were said.
  static func sentence(of event: EventRow, _ names: PageNames, visitor: String) -> String {
    let author =
      switch event.authorKind {
      case "bot": names.bot(event.author)
      case "visitor": visitor
      default: event.author
      }
    let who = author ?? event.authorKind.map(PageNames.kind) ?? "Somebody"
    switch event.type {
    case "messagePosted": return "\(who) wrote"
    case "notePosted": return "\(who) noted"
    case "variablesSet": return "\(who) set variables"
    case "visitorErased": return "The words were erased"
    case "requestRepeated": return "A request came again and changed nothing"
    default:
      let part = EventPart(event, names, now: Timestamp(microseconds: 0))
      return [part.actor, part.verb, part.object, part.detail.map { "(\($0))" }]
        .compactMap(\.self).joined(separator: " ")
    }
  }

  private static func symbol(of event: EventRow, _ names: PageNames, _ now: Timestamp) -> String {
    switch event.type {
    case "messagePosted": PageNames.symbol(ofKind: event.authorKind ?? "")
    case "notePosted": "note"
    default: EventPart(event, names, now: now).symbol
    }
  }
}
