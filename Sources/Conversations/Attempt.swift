/// What somebody must have asked for an event to be recorded, as far as the event tells.
///
/// The log keeps what happened, not who called. So an event is asked again by whom it names: a
/// handover by the bot it comes from, a request for an agent by the way it names.
public struct Attempt: Hashable, Sendable {
  /// What is asked.
  public let command: ConversationCommand
  /// Who asks: the trusted caller, or an admin where only a caller who is not the bots' owner
  /// explains a refusal.
  public let caller: Caller
  /// A refusal that lay in the words alone, which were not kept: `malformedBody` or `tooLarge`.
  public let refusedWords: Refusal.Code?

  /// Asks something in a caller's name.
  public init(
    _ command: ConversationCommand,
    by caller: Caller = .trusted,
    refusedWords: Refusal.Code? = nil,
  ) {
    self.command = command
    self.caller = caller
    self.refusedWords = refusedWords
  }
}

/// What the rules answer to an attempt.
public enum Outcome: Hashable, Sendable {
  /// An event is recorded.
  case happens(ConversationEvent)
  /// Nothing is recorded: what is asked holds already (R12).
  case holdsAlready
  /// The rules do not allow it.
  case refused(Refusal)
  /// The session is over: the visitor's message begins another conversation (R21).
  case startsAnew
}

extension Conversation {
  /// What the rules answer to an attempt, time left out.
  func outcome(of attempt: Attempt, registry: Registry, rules: Rules) -> Outcome {
    do throws(Refusal) {
      let events = try decide(
        attempt.command,
        by: attempt.caller,
        registry: registry,
        rules: rules,
      )
      if let code = attempt.refusedWords {
        return .refused(Refusal(code, "the words of the call were refused"))
      }
      return events.first.map { .happens($0.event) } ?? .holdsAlready
    } catch {
      // Words are read before the rules about bots are asked, and behind the conversation's end.
      let code = error.code == .conversationEnded ? nil : attempt.refusedWords
      guard code == .malformedBody else { return .refused(error) }
      return .refused(Refusal(.malformedBody, "the words of the call were refused"))
    }
  }

  /// The attempts that can be behind an event, the likeliest first; none if nobody asks for such an
  /// event, or it lacks what every such event has.
  func attempts(behind event: ConversationEvent) -> [Attempt] {
    switch event {
    case .messagePosted(let author): [Attempt(.post(as: author, EventBody()))]
    case .notePosted(let author): [Attempt(.note(as: author, EventBody()))]
    case .variablesSet(let author): [Attempt(.setVariables(as: author, Self.someVariable))]
    case .handedOver(let source, let destination, let module):
      module.map { [handOver(to: destination, $0, from: source)] } ?? []
    case .handoverRefused(let code, let destination?, let module?):
      refusedAttempts(code, destination, module)
    case .handoverRefused: []
    case .agentRequested(let author, let method):
      [Attempt(.requestAgent(by: author, method: method, EventBody()))]
    case .agentTookOver(let agent): [Attempt(.takeOver(agent, EventBody()))]
    case .agentHandedBack(let agent, _, _): [Attempt(.handBack(agent, EventBody()))]
    case .ended(let author): [Attempt(.end(by: author, EventBody()))]
    case .requestRepeated(let author): repeatedAttempts(author)
    case .started, .visitorErased, .sourceTruncated, .foreign, .transcriptRead, .unknown: []
    }
  }

  /// A body that sets a variable: which one the rules do not ask.
  private static let someVariable = {
    var body = EventBody()
    body.variables = ["name": .null]
    return body
  }()

  private func handOver(
    to destination: BotID,
    _ module: ModuleID,
    from source: BotID,
    by caller: Caller = .trusted,
    refusedWords: Refusal.Code? = nil,
  ) -> Attempt {
    let command = HandOver(to: destination, landingOn: module, from: source)
    return Attempt(.handOver(command), by: caller, refusedWords: refusedWords)
  }

  /// The calls that a handover can have been refused to.
  private func refusedAttempts(
    _ code: Refusal.Code,
    _ destination: BotID,
    _ module: ModuleID,
  ) -> [Attempt] {
    switch code {
    case .malformedBody, .tooLarge:
      [handOver(to: destination, module, from: holder, refusedWords: code)]
    // The call named another source, which the event does not keep; zero is no bot's.
    case .notTheHolder: [handOver(to: destination, module, from: BotID(0))]
    case .ownerMismatch:
      [Caller.trusted, .admin].map { handOver(to: destination, module, from: holder, by: $0) }
    default: [handOver(to: destination, module, from: holder)]
    }
  }

  /// The requests that can have held already; one without variables always does.
  private func repeatedAttempts(_ author: Author) -> [Attempt] {
    let plain = Attempt(.setVariables(as: author, EventBody()))
    return switch (author, control) {
    case (.agent(let agent), .agent): [Attempt(.takeOver(agent, EventBody())), plain]
    case (.agent(let agent), .bot): [Attempt(.handBack(agent, EventBody())), plain]
    case (.bot, .agentRequested(let method)):
      [Attempt(.requestAgent(by: author, method: method, EventBody())), plain]
    default: [plain]
    }
  }
}
