import ConversationLedger
import Conversations

/// A conversation drawn as a line of events: a lane for each bot, a mark for each event, a line
/// where a bot holds the conversation, a turn where it is handed over.
///
/// Events stand at equal distances, so that a busy minute can be read as well as a quiet night;
/// long pauses are written between them.
struct TimeLine {
  let width: Int
  let height: Int
  let lanes: [Lane]
  let spans: [Span]
  let turns: [Turn]
  let marks: [Mark]
  let pauses: [Pause]

  /// A bot, and the height its line is at.
  struct Lane {
    let name: String
    let textY: Int
  }

  /// The events during which nobody else held the conversation or answered in it.
  struct Span {
    let x1: Int
    let x2: Int
    let y: Int
    let style: String
  }

  /// A handover, from lane to lane.
  struct Turn {
    let x1: Int
    let y1: Int
    let x2: Int
    let y2: Int
  }

  /// An event.
  struct Mark {
    let href: String
    let title: String
    let x: Int
    let y: Int
    let left: Int
    let top: Int
    let hitTop: Int
    /// Its form: who wrote, or that something else happened.
    let isVisitor: Bool
    let isBot: Bool
    let isAgent: Bool
    let isEvent: Bool
    let isHere: Bool
  }

  /// A time in which nothing happened.
  struct Pause {
    let x: Int
    let words: String
  }

  private static let margin = 16
  private static let laneHeight = 44
  private static let top = 34
  /// What is worth a word, in microseconds: half an hour.
  private static let pauseLength: Int64 = 1_800_000_000

  /// Draws a conversation.
  ///
  /// - Parameters:
  ///   - steps: Its events, with the state before and after each.
  ///   - here: Which of them is looked at.
  ///   - names: The names of bots.
  ///   - visitor: The name of the visitor.
  ///   - href: The address that looks at an event.
  init(
    _ steps: [ReplayStep],
    here: Int,
    _ names: PageNames,
    visitor: String,
    href: (ReplayStep) -> String,
  ) {
    // A long conversation is drawn closer, down to where marks still can be told apart.
    let distance = max(5, min(24, 6_000 / max(steps.count, 1)))
    func x(_ index: Int) -> Int { Self.margin + distance * index + distance / 2 }
    let order = Self.order(of: steps, here: here)
    func y(_ state: ReplayState?) -> Int {
      let lane = state.map { order.firstIndex(of: $0.holderBotId) ?? order.count - 1 } ?? 0
      return Self.top + Self.laneHeight * lane
    }
    width = max(Self.margin * 2 + distance * steps.count, 320)
    height = Self.top + Self.laneHeight * max(order.count, 1)
    lanes = order.enumerated().map { index, bot in
      Lane(
        name: bot == Self.others ? "other bots" : names.bot(bot),
        textY: Self.top + Self.laneHeight * index - 14,
      )
    }
    marks = steps.enumerated().map { index, step in
      Mark(
        step,
        href: href(step),
        at: (x(index), y(step.after)),
        isHere: index == here,
        title: ReplayStepPart.sentence(of: step.event, names, visitor: visitor),
      )
    }
    (spans, turns) = Self.holding(steps, x: x, y: y)
    pauses = zip(steps.indices.dropFirst(), zip(steps, steps.dropFirst())).compactMap {
      index,
      pair in
      guard let words = Self.pause(from: pair.0.event, to: pair.1.event) else { return nil }
      return Pause(x: x(index) - distance / 2, words: words)
    }
  }

  /// What stands in the last lane if there are more bots than lanes; no identifier is like it.
  private static let others = ""
  /// The most lanes: what a window is high.
  private static let laneLimit = 12

  /// The bots of the lanes, in the order in which they came; the one that is looked at always has
  /// a lane, and those for which none is left share the last.
  private static func order(of steps: [ReplayStep], here: Int) -> [String] {
    var (order, known) = ([String](), Set<String>())
    for step in steps {
      guard let holder = step.after?.holderBotId, known.insert(holder).inserted else { continue }
      order.append(holder)
    }
    guard order.count > laneLimit else { return order }
    let shown = order.prefix(laneLimit - 1)
    let holder = steps[here].after?.holderBotId
    guard let holder, !shown.contains(holder) else { return shown + [others] }
    return shown.dropLast() + [holder, others]
  }

  /// The lines of who held the conversation, and the turns between them.
  private static func holding(
    _ steps: [ReplayStep],
    x: (Int) -> Int,
    y: (ReplayState?) -> Int,
  ) -> ([Span], [Turn]) {
    var (spans, turns): ([Span], [Turn]) = ([], [])
    for (index, step) in steps.enumerated() where index + 1 < steps.count {
      let style = step.after?.control == "agent" ? "by-agent" : "by-bot"
      let level = y(step.after)
      if let last = spans.last, last.style == style, last.y == level, last.x2 == x(index) {
        spans[spans.count - 1] = Span(x1: last.x1, x2: x(index + 1), y: level, style: style)
      } else {
        spans.append(Span(x1: x(index), x2: x(index + 1), y: level, style: style))
      }
      let next = steps[index + 1].after
      guard let holder = next?.holderBotId, holder != step.after?.holderBotId else { continue }
      turns.append(Turn(x1: x(index + 1), y1: level, x2: x(index + 1), y2: y(next)))
    }
    return (spans, turns)
  }

  /// How long nothing happened, if that was long.
  private static func pause(from first: EventRow, to second: EventRow) -> String? {
    guard let from = Timestamp(text: first.occurredAt ?? first.at),
      let to = Timestamp(text: second.occurredAt ?? second.at),
      to.microseconds - from.microseconds >= pauseLength
    else { return nil }
    let minutes = (to.microseconds - from.microseconds) / 60_000_000
    return minutes < 120
      ? "\(minutes) min"
      : minutes < 2_880
        ? "\(minutes / 60) h"
        : "\(minutes / 1_440) d"
  }
}

extension TimeLine.Mark {
  fileprivate init(
    _ step: ReplayStep,
    href: String,
    at place: (x: Int, y: Int),
    isHere: Bool,
    title: String,
  ) {
    let isMessage = step.event.type == "messagePosted"
    let kind = isMessage ? step.event.authorKind : nil
    self.href = href
    self.title = title
    (x, y) = place
    (left, top, hitTop) = (place.x - 4, place.y - 4, place.y - 12)
    isVisitor = kind == "visitor"
    isBot = kind == "bot"
    isAgent = kind == "agent"
    isEvent = !isVisitor && !isBot && !isAgent
    self.isHere = isHere
  }
}
