import ConversationLedger
import Conversations

/// The open conversation, as its template takes it.
struct ConversationPart {
  let id: String
  let position: UInt64
  let firstPosition: UInt64
  let endPosition: UInt64
  let lastPosition: UInt64
  let lastMessage: String
  let messages: Int
  let holderId: String
  let holder: String
  let holderLive: String?
  let elsewhere: Elsewhere?
  let visitor: String
  let symbol: String
  let channelWords: String
  let messageWords: String
  let begun: Stamp
  let ending: String?
  let isImported: Bool
  let close: String
  let printQuery: String
  let replayQuery: String
  let asOfText: String
  let asOfPosition: UInt64
  let isAsOfOpen: Bool
  let isWhyOpen: Bool
  let why: [EventPart]
  /// Whether there are more than are listed.
  let hasOlderReasons: Bool
  let conclusion: String
  let days: [TranscriptPart.Day]
  /// Which of the conversation's events these are, if they are not all.
  let span: String?
  let earlier: String?
  let later: String?
  let control: ControlPart?
  let key: String
  let back: String
  let problem: String?

  /// The inbox it is in, if it is not the one shown.
  struct Elsewhere {
    let href: String
    let name: String
  }

  /// What a part is made of.
  struct Contents {
    /// The conversation.
    let page: ConversationPage
    /// What was said.
    let transcript: TranscriptPart
    /// Where in the transcript that is.
    let window: TranscriptWindow
    /// Why it is where it is.
    let why: [EventPart]
    /// Whether these are all such events.
    let isWhyWhole: Bool
    /// The address that shows parts of it, for the links to the others.
    let path: String
    /// What may be done with it.
    let control: ControlPart?
  }

  /// Shows a conversation.
  ///
  /// - Parameters:
  ///   - contents: The conversation.
  ///   - frame: What the page is about.
  init(_ contents: Contents, in frame: PageReading) {
    let (page, row, query) = (contents.page, contents.page.row, frame.query)
    id = row.conversationId
    position = page.position
    let window = contents.window
    firstPosition = window.start
    endPosition = max(frame.head, window.start)
    lastPosition = page.lastPosition
    lastMessage = row.lastMessage.map { "\($0.position)" } ?? ""
    messages = row.messages
    holderId = row.holderBotId
    holder = frame.names.bot(row.holderBotId)
    let isElsewhere = row.holderBotId != query.bot
    holderLive = isElsewhere && query.asOf == nil ? "/live/\(row.holderBotId)" : nil
    elsewhere =
      isElsewhere
      ? Elsewhere(
        href: "/conversations/\(row.conversationId)?bot=\(row.holderBotId)",
        name: frame.names.bot(row.holderBotId),
      ) : nil
    visitor = PageNames.visitor(row.visitor.name, row.visitor.id)
    symbol = PageNames.symbol(row.icon)
    let channel = PageNames.short(row.channel)
    channelWords = row.handovers > 0 ? "handed over, channel \(channel)" : channel
    messageWords = counted(row.messages, "message", "messages")
    begun = Stamp(row.startedAt, now: frame.now)
    ending = PageNames.ending(row.status)
    isImported = row.source == "imported"
    close = "/" + query.address()
    var printed = FormValues()
    printed.add("asOf", query.typed["asOf"])
    printQuery = printed.query
    replayQuery = query.asOf == nil ? "" : "?at=\(page.position)"
    asOfText = query.typed["asOf"] ?? ""
    asOfPosition = query.asOf == nil ? max(frame.head, window.start) : page.position
    isAsOfOpen = query.asOf != nil
    isWhyOpen = false
    why = contents.why
    hasOlderReasons = !contents.isWhyWhole
    conclusion = "So it is in the inbox of \(holder), by position \(row.because)."
    days = contents.transcript.days
    let here = "/conversations/\(row.conversationId)"
    let isPart = window.earlier != nil || window.later != nil
    span = isPart ? window.numbers.map { Self.words(for: $0, of: window.events) } : nil
    earlier = window.earlier.map { contents.path + query.address(("before", "\($0)")) }
    later = window.later.map { contents.path + query.address(("entry", "\($0)")) }
    control = contents.control
    key = PageSession.visit()
    back = here + query.address()
    problem = frame.problem
  }

  private static func words(for numbers: ClosedRange<UInt32>, of count: UInt32) -> String {
    "Events \(numbers.lowerBound) to \(numbers.upperBound) of \(count)"
  }
}
