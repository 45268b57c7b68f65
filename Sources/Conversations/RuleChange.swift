/// A change of the rule book that a replay tries out.
public enum RuleChange: Hashable, Sendable {
  /// Another number of handovers with no visitor message in between (R9).
  case handoverLimit(UInt32)
  /// A bot was enabled for handover all the time, or never (R5).
  case handover(of: BotID, isEnabled: Bool)
  /// Another way to an agent fits a channel (R11).
  case agentMethod(AgentMethod, channel: String)
  /// Another session length, in minutes, of one bot or of all (R21).
  case sessionMinutes(Int64, of: BotID?)

  /// The session lengths that can be tried, in minutes.
  public static var sessionMinutes: ClosedRange<Int64> { sessionMinutesRange }

  /// Changes the numbers and tables.
  func apply(to rules: inout Rules) {
    switch self {
    case .handoverLimit(let limit): rules.handoverLimit = limit
    case .agentMethod(let method, let channel): rules.agentMethods[channel] = method
    case .handover, .sessionMinutes: break
    }
  }

  /// Changes what is known of bots.
  func apply(to registry: inout Registry) {
    switch self {
    case .handover(let bot, let isEnabled):
      registry.bots[bot]?.isEnabledForHandover = isEnabled
    case .sessionMinutes(let minutes, let bot?): registry.bots[bot]?.sessionMinutes = minutes
    case .sessionMinutes(let minutes, nil):
      for bot in registry.bots.keys { registry.bots[bot]?.sessionMinutes = minutes }
    case .handoverLimit, .agentMethod: break
    }
  }
}
