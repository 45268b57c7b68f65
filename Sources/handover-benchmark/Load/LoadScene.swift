import ConversationLedger
import Conversations
import Foundation

/// A server with a network of bots and a conversation for each connection, and what is asked of it.
struct LoadScene {
  let server: LoadServer
  private let token: String
  private let bots: [BotID]
  private let idleBot: BotID
  private let conversations: [ConversationID]

  /// Writes the network, and perhaps some messages, and starts the server.
  init(in directory: String, tool: String, conversations: Int, messages: Int = 0) throws {
    (bots, idleBot, self.conversations) = try Self.network(
      directory + "/served",
      conversations,
      messages,
    )
    server = try LoadServer(tool: tool, ledger: directory + "/served")
    token = try server.token()
  }

  /// Writes the network; the ledger is let go of, so that the server can have it.
  private static func network(
    _ path: String,
    _ conversations: Int,
    _ messages: Int,
  ) throws -> ([BotID], BotID, [ConversationID]) {
    var fixture = try Fixture(at: path)
    try fixture.start(conversations)
    if messages > 0 {
      _ = try fixture.append(messages, from: 0, batch: 1_024)
      try fixture.appendLongMessages(40, of: 250_000)
    }
    fixture.ledger.close()
    return (fixture.bots, fixture.idleBot, fixture.conversations)
  }

  /// A route that does nothing.
  let hello: [[UInt8]] = [Array("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)]

  /// A visitor's message to the connection's conversation.
  func messages(_ connection: Int) -> [[UInt8]] {
    [message(conversations[connection], connection)]
  }

  /// A message to a conversation that is not there: all the work of a post but its commit.
  func strays(_ connection: Int) -> [[UInt8]] {
    [message(ConversationID.fresh(), connection)]
  }

  /// Eight handovers between two bots, then a visitor's message, or the ninth would be a loop (R9).
  func handovers(_ connection: Int) -> [[UInt8]] {
    let home = bots[connection % bots.count]
    let away = bots[(connection + 1) % bots.count]
    let path = "/v1/conversations/\(conversations[connection])/handover"
    let there = post(path, #"{"botId":"\#(away)","moduleId":1}"#)
    let back = post(path, #"{"botId":"\#(home)","moduleId":1}"#)
    return (0..<4).flatMap { _ in [there, back] } + messages(connection)
  }

  /// The first page of a bot's inbox.
  func inboxes(_ connection: Int) -> [[UInt8]] {
    let bot = bots[connection % bots.count]
    return [reading("/v1/bots/\(bot)/inbox?limit=50")]
  }

  /// The live stream of a bot nothing happens to.
  var follow: [UInt8] { reading("/v1/bots/\(idleBot)/inbox/live") }

  /// What an orchestrator asks.
  let readiness: [[UInt8]] = [Array("GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)]

  /// A search through a bot's inbox, by an agent of its own.
  func search(_ connection: Int) throws -> [[UInt8]] {
    let token = try server.token("agent \(connection)", role: "agent")
    return [reading("/v1/bots/\(bots[0])/inbox?text=needle", by: token)]
  }

  /// The transcript of a conversation with long messages.
  var longTranscript: [UInt8] { reading("/v1/conversations/\(conversations[0])/transcript") }

  private func message(_ conversation: ConversationID, _ number: Int) -> [UInt8] {
    let path = "/v1/conversations/\(conversation)/messages"
    let text = Fixture.text(number)
    return post(path, #"{"author":{"kind":"visitor"},"text":"\#(text)"}"#)
  }

  private func reading(_ path: String, by other: String? = nil) -> [UInt8] {
    let token = other ?? token
    let head = "GET \(path) HTTP/1.1\r\nHost: localhost\r\nAuthorization: JWT \(token)\r\n\r\n"
    return Array(head.utf8)
  }

  private func post(_ path: String, _ body: String) -> [UInt8] {
    Array(
      """
      POST \(path) HTTP/1.1\r
      Host: localhost\r
      Authorization: JWT \(token)\r
      Content-Type: application/json\r
      Content-Length: \(body.utf8.count)\r
      \r
      \(body)
      """.utf8
    )
  }
}
