import ConversationLedger
import Conversations

/// What may be done with the open conversation, as far as the page can tell: the ledger decides.
struct ControlPart {
  let state: String
  let words: String
  let who: String?
  let words2: String
  let canTakeOver: Bool
  let canHandBack: Bool
  let canWrite: Bool
  let canNote: Bool
  let draft: String
  let noteDraft: String?
  let limit: Int

  /// What was being written when the ledger said no.
  struct Drafts {
    var message: String?
    var note: String?
  }

  /// Shows who is in control.
  ///
  /// - Parameters:
  ///   - row: The conversation, as it is shown.
  ///   - conversation: The conversation, as it is.
  ///   - principal: Who looks.
  ///   - names: The names of the bots.
  ///   - isPast: Whether the past is shown.
  ///   - drafts: What was being written.
  init(
    _ row: InboxRow,
    _ conversation: Conversation,
    for principal: Principal,
    _ names: PageNames,
    isPast: Bool,
    _ drafts: Drafts,
  ) {
    let state = Self.state(row, conversation, for: principal, isPast: isPast)
    self.state = "\(state.rawValue) \(row.holderBotId) \(PageNames.short(row.agent ?? ""))"
    (words, who, words2) = state.sentence(row, names)
    canTakeOver = state == .bot || state == .asked
    canHandBack = state == .mine || state == .asked
    canWrite = state == .mine
    canNote = canTakeOver || canWrite || state == .others
    draft = drafts.message ?? ""
    noteDraft = drafts.note
    limit = 20_000
  }

  private static func state(
    _ row: InboxRow,
    _ conversation: Conversation,
    for principal: Principal,
    isPast: Bool,
  ) -> State {
    if isPast { return .past }
    if row.status == .ended { return .ended }
    guard [.agent, .owner, .admin].contains(principal.role) else { return .reader }
    switch conversation.control {
    case .bot: return .bot
    case .agentRequested: return .asked
    case .agent(principal.agent): return .mine
    case .agent: return .others
    }
  }

  /// The situations a reader can be in.
  private enum State: String {
    case bot, asked, mine, others, ended, past, reader

    /// What is said of it: words, a name, and more words.
    func sentence(_ row: InboxRow, _ names: PageNames) -> (String, String?, String) {
      let holder = names.bot(row.holderBotId)
      switch self {
      case .bot:
        let ending = row.status == .expired ? " answers. The session has expired." : " answers."
        return ("Bot", holder, ending)
      case .asked: return ("An agent was asked for. Nobody answers until one takes over.", nil, "")
      case .mine: return ("You answer. Bot", holder, " is silent until you hand back.")
      case .others: return ("Agent", row.agent.map(PageNames.short), " answers.")
      case .ended: return ("The conversation has ended.", nil, "")
      case .past: return ("What was cannot be changed.", nil, "")
      case .reader: return ("You read this conversation and change nothing.", nil, "")
      }
    }
  }
}
