import Conversations
import Testing

extension Scene {
  /// Begins a conversation of the visitor `anna` and returns its identifier.
  func begin(
    with bot: String = "Flights",
    visitor: String = "anna",
    as user: User = .airline,
  ) async throws -> String {
    let body = #"{"deploymentId":"\#(Self.deployment(bot))","visitorId":"\#(visitor)"}"#
    let answer = try await post("/v1/conversations", body, as: user)
    #expect(answer.status == 201, "\(answer.text)")
    return try #require(try answer.json["conversationId"]?.text)
  }

  /// Hands a conversation over to a bot's module 1.
  @discardableResult
  func callHandover(
    _ conversation: String,
    to bot: String,
    as user: User = .airline,
    headers: [String: String] = [:],
  ) async throws -> Answer {
    try await post(
      "/v1/conversations/\(conversation)/handover",
      #"{"botId":"\#(Self.bot(bot))","moduleId":1}"#,
      as: user,
      headers: headers,
    )
  }

  /// Writes a message of the visitor's.
  @discardableResult
  func write(_ text: String, in conversation: String, as user: User = .anna) async throws -> Answer
  {
    try await post("/v1/conversations/\(conversation)/messages", #"{"text":"\#(text)"}"#, as: user)
  }
}
