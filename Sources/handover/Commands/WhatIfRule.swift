import ArgumentParser
import ConversationLedger
import Conversations

extension RuleChange {
  /// The forms of `--what-if`, for help texts and errors.
  static let forms =
    "hop-limit=N, enabled=BOT, disabled=BOT, channel:NAME=METHOD, session-minutes[:BOT]=N"

  /// Reads a rule and its value as `--what-if` has them.
  init(argument text: String, in ledger: Ledger) throws {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { throw Self.error(text) }
    let name = parts[0].split(separator: ":", maxSplits: 1).map(String.init)
    switch (name[0], name.count, parts[1]) {
    case ("hop-limit", 1, let value):
      guard let limit = UInt32(value) else { throw Self.error(text) }
      self = .handoverLimit(limit)
    case ("enabled", 1, let bot): self = .handover(of: try ledger.bot(bot), isEnabled: true)
    case ("disabled", 1, let bot): self = .handover(of: try ledger.bot(bot), isEnabled: false)
    case ("channel", 2, let value):
      guard let method = AgentMethod(name: value) else {
        let names = AgentMethod.allCases.map(\.name).joined(separator: ", ")
        throw ValidationError("the way to an agent is one of \(names), not \(value)")
      }
      self = .agentMethod(method, channel: name[1])
    case ("session-minutes", _, let value):
      guard let minutes = Int64(value), Self.sessionMinutes.contains(minutes) else {
        throw Self.error(text)
      }
      self = .sessionMinutes(minutes, of: name.count == 2 ? try ledger.bot(name[1]) : nil)
    default: throw Self.error(text)
    }
  }

  private static func error(_ text: String) -> ValidationError {
    ValidationError("--what-if is one of \(forms), not \(text)")
  }
}
