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
  /// Which of the events the line shows, if they are not all.
  let lineSpan: String?
  let first: String?
  let previous: String?
  let next: String?
  let last: String?
  let here: ReplayStepPart
  /// The address of all that was said, if it was cut.
  let wholeHere: String?
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
  ///   - part: The events around the one that is looked at.
  ///   - row: The conversation.
  ///   - frame: Title, assets and so on.
  ///   - names: The names of bots.
  ///   - now: The present.
  init(
    _ part: ReplayPart,
    _ row: InboxRow,
    _ frame: PageFrame,
    _ names: PageNames,
    now: Timestamp,
  ) {
    let path = "/conversations/\(row.conversationId)"
    func href(_ step: ReplayStep) -> String { "\(path)/replay?at=\(step.event.position)" }
    let (steps, window) = (part.steps, part.window)
    let index = window.here - window.range.lowerBound
    let step = steps[index]
    let visitor = PageNames.visitor(row.visitor.name, row.visitor.id)
    self.visitor = visitor
    self.frame = frame
    id = row.conversationId
    back = path
    then = "\(path)?bot=\(step.after?.holderBotId ?? row.holderBotId)&asOf=\(step.event.position)"
    (count, number) = (window.count, window.here + 1)
    position = step.event.position
    (firstPosition, lastPosition) = (window.ends.lowerBound, window.ends.upperBound)
    let (isFirst, isLast) = (window.here == 0, window.here + 1 == window.count)
    line = TimeLine(steps, here: index, names, visitor: visitor, href: href)
    lineSpan = part.isWhole ? nil : part.words
    first = isFirst ? nil : "\(path)/replay?at=\(firstPosition)"
    previous = isFirst ? nil : href(steps[index - 1])
    next = isLast ? nil : href(steps[index + 1])
    last = isLast ? nil : "\(path)/replay?at=\(lastPosition)"
    func shown(_ place: Int) -> ReplayStepPart {
      ReplayStepPart(
        steps[place],
        number: window.range.lowerBound + place + 1,
        href: href(steps[place]),
        isHere: place == index,
        names,
        visitor: visitor,
        now: now,
      )
    }
    here = shown(index)
    let whole = "\(path)/entries/\(position)"
    wholeHere = part.isCut.contains(position) ? whole : nil
    changes = Self.changes(step, names)
    let listed = max(0, index - Self.listLength)..<min(steps.count, index + Self.listLength + 1)
    earlier = listed.lowerBound > 0 ? href(steps[listed.lowerBound - 1]) : nil
    later = listed.upperBound < steps.count ? href(steps[listed.upperBound]) : nil
    self.steps = listed.map(shown)
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
        case "agent": "agent \(PageNames.short(state.agent ?? state.agentId ?? ""))"
        case "agentRequested": "the bot; an agent was asked for"
        default: "the bot"
        }
      },
      change("Handovers since the visitor wrote") { "\($0.handoversSinceVisitor)" },
      change("Ended") { $0.ended ? "yes" : "no" },
    ]
  }
}

/// The events around one of a conversation, with the states before and after each, their words as
/// far as a page shows them.
struct ReplayPart {
  private(set) var steps: [ReplayStep] = []
  /// Which of the conversation's events these are.
  let window: ReplayWindow
  /// The positions of events of whose words something is missing.
  private(set) var isCut: Set<UInt64> = []

  /// How many events before the one that is looked at, and behind it, the time line shows.
  private static let distance = 300

  /// Reads the events around a position.
  init(_ ledger: Ledger, _ id: ConversationID, at position: UInt64?) throws {
    var (steps, cut) = ([ReplayStep](), Set<UInt64>())
    window = try ledger.replay(of: id, at: position, within: Self.distance) { step in
      var step = step
      var space = EntrySpace()
      step.event.text = step.event.text.flatMap { space.take($0) }
      step.event.reason = step.event.reason.flatMap { space.take($0) }
      step.event.content = nil
      if space.isCut { cut.insert(step.event.position) }
      steps.append(step)
    }
    (self.steps, isCut) = (steps, cut)
  }

  /// Whether these are all events of the conversation.
  var isWhole: Bool { window.range.count == window.count }

  /// Which of them these are, in words.
  var words: String {
    "The line shows events \(window.range.lowerBound + 1) to \(window.range.upperBound)."
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
  /// The words as far as the list of events shows them.
  let brief: String?
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
    brief = words?.shortened(to: shownLineLength)
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
    let who = PageNames.short(author ?? event.authorKind.map(PageNames.kind) ?? "Somebody")
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
