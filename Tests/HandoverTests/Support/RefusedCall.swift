/// A call that the rules refuse, and what goes before it.
struct RefusedCall: CustomStringConvertible {
  let code: String
  let status: Int
  var exitCode: Int32 = 77
  /// Whether the refusal is an event of the conversation (R8).
  var isRemembered = false
  /// The commands before it; `C` stands for the conversation.
  var before: [[String]] = []
  let arguments: [String]

  var description: String { "\(code): \(arguments.joined(separator: " ").prefix(60))" }

  static let unknown = "0190b6a0-5c1f-7d1e-8000-000000000001"

  /// At least one call for every code that the command line can bring about.
  static let all = unseen + controlled + misdirected + onTerms + administrative

  static func handOver(_ bot: String, _ more: String...) -> [String] {
    ["hand-over", "C", bot, "--module", "1"] + more
  }

  /// Conversations that are not there, or not for the caller, or over.
  static let unseen = [
    RefusedCall(
      code: "conversation_not_found",
      status: 404,
      arguments: ["hand-over", unknown, "Hotels", "--module", "1"],
    ),
    RefusedCall(
      code: "conversation_not_found",
      status: 404,
      arguments: handOver("Hotels", "--as", "rival"),
    ),
    RefusedCall(
      code: "conversation_not_found",
      status: 404,
      arguments: ["post", unknown, "Hello"],
    ),
    RefusedCall(
      code: "conversation_ended",
      status: 409,
      isRemembered: true,
      before: [["take-over", "C", "--as", "eve"], ["end", "C"]],
      arguments: handOver("Nowhere", "--from", "Cars"),
    ),
    RefusedCall(
      code: "conversation_ended",
      status: 409,
      before: [["end", "C"]],
      arguments: ["post", "C", "Hello"],
    ),
    RefusedCall(
      code: "conversation_ended",
      status: 409,
      before: [["end", "C"]],
      arguments: ["end", "C"],
    ),
  ]

  /// Who may write, and who is in control.
  static let controlled = [
    RefusedCall(
      code: "agent_in_control",
      status: 409,
      isRemembered: true,
      before: [["take-over", "C", "--as", "eve"]],
      arguments: handOver("Nowhere", "--from", "Cars"),
    ),
    RefusedCall(
      code: "agent_in_control",
      status: 409,
      before: [["take-over", "C", "--as", "eve"]],
      arguments: ["take-over", "C", "--as", "max"],
    ),
    RefusedCall(
      code: "agent_in_control",
      status: 409,
      before: [["take-over", "C", "--as", "eve"]],
      arguments: ["post", "C", "Hello", "--by", "bot"],
    ),
    RefusedCall(
      code: "agent_in_control",
      status: 409,
      before: [["take-over", "C", "--as", "eve"]],
      arguments: ["request-agent", "C"],
    ),
    RefusedCall(
      code: "agent_not_in_control",
      status: 409,
      arguments: ["post", "C", "Hello", "--by", "agent", "--as", "eve"],
    ),
    RefusedCall(
      code: "not_the_holder",
      status: 409,
      isRemembered: true,
      arguments: handOver("Nowhere", "--from", "Cars"),
    ),
    RefusedCall(
      code: "not_the_holder",
      status: 409,
      arguments: ["post", "C", "Hello", "--by", "bot", "--bot", "Cars"],
    ),
    RefusedCall(
      code: "not_the_holder",
      status: 409,
      arguments: ["request-agent", "C", "--bot", "Cars"],
    ),
    RefusedCall(
      code: "channel_mismatch",
      status: 409,
      before: [["hand-over", "C", "Cars", "--module", "1"]],
      arguments: ["request-agent", "C", "--method", "handover-protocol"],
    ),
  ]
}
