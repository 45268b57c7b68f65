import AsyncHTTPClient
import Conversations
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// A block of a stream of server-sent events, as a reader takes it in.
struct StreamBlock: Sendable {
  /// The last `id`, this block's or an earlier one's.
  var lastEventID: UInt64?
  /// `message` unless the block has a name.
  var name = "message"
  /// The data; `nil` if the block only moves the reader.
  var data: String?

  /// The data as JSON.
  var json: JSONValue {
    get throws { try JSONDecoder().decode(JSONValue.self, from: Data((data ?? "").utf8)) }
  }
}

/// A reader of a stream of server-sent events, by the letter of the HTML standard.
struct EventStream {
  /// The status of the answer.
  let status: Int
  /// The media type of the answer.
  let mediaType: String?
  /// What a reader sends when it comes back.
  private(set) var lastEventID: UInt64?
  private var bytes: HTTPClientResponse.Body.AsyncIterator
  /// The bytes of a line whose end has not come.
  private var begun: [UInt8] = []
  private var lines: [String] = []

  private static let client = {
    var configuration = HTTPClient.Configuration()
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 512
    return HTTPClient(
      eventLoopGroup: .singletonMultiThreadedEventLoopGroup,
      configuration: configuration,
    )
  }()

  /// Opens a stream.
  init(
    _ scene: Scene,
    _ path: String,
    as user: User,
    lastEventID: UInt64? = nil,
    token: String? = nil,
    headers: [String: String] = [:],
  ) async throws {
    let token = try token ?? scene.token(user)
    var request = HTTPClientRequest(url: scene.server.url + path)
    request.headers.add(name: "Authorization", value: "Bearer \(token)")
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    if let lastEventID { request.headers.add(name: "Last-Event-ID", value: "\(lastEventID)") }
    let response = try await Self.client.execute(request, timeout: .minutes(10))
    status = Int(response.status.code)
    mediaType = response.headers.first(name: "content-type")
    self.lastEventID = lastEventID
    bytes = response.body.makeAsyncIterator()
  }

  /// The next block; `nil` at the stream's end.
  mutating func next() async throws -> StreamBlock? {
    var block = StreamBlock()
    while let line = try await nextLine() {
      if line.isEmpty {
        block.lastEventID = lastEventID
        return block
      }
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
      switch parts[0] {
      case "id": lastEventID = UInt64(value)
      case "event": block.name = value
      case "data": block.data = (block.data.map { $0 + "\n" } ?? "") + value
      default: break
      }
    }
    return nil
  }

  /// The next events; fewer if the stream ends before.
  mutating func events(_ count: Int) async throws -> [StreamBlock] {
    var events: [StreamBlock] = []
    while events.count < count, let block = try await next() {
      if block.data != nil { events.append(block) }
    }
    return events
  }

  private mutating func nextLine() async throws -> String? {
    while lines.isEmpty {
      guard let chunk = try await bytes.next(isolation: #isolation) else { return nil }
      var pieces = chunk.readableBytesView.split(separator: 10, omittingEmptySubsequences: false)
      let rest = pieces.removeLast()
      for piece in pieces {
        lines.append(String(decoding: begun + piece, as: UTF8.self))
        begun = []
      }
      begun += rest
    }
    return lines.removeFirst()
  }
}

extension Scene {
  /// Begins a conversation of a visitor with a bot.
  ///
  /// - Returns: Its identifier, and the position of its start.
  func openConversation(
    _ visitor: String = "anna",
    with bot: String = "Flights",
    as user: User = .airline,
  ) async throws -> (id: String, position: UInt64) {
    let body = """
      {"deploymentId":"\(Scene.deployment(bot))","visitorId":"\(visitor)"}
      """
    let answer = try await post("/v1/conversations", body, as: user)
    return try landed(answer)
  }

  /// Writes as the visitor of a conversation.
  @discardableResult
  func visitorSays(
    _ text: String,
    in conversation: String,
    as user: User = .airline,
    headers: [String: String] = [:],
  ) async throws -> UInt64 {
    let body = #"{"author":{"kind":"visitor"},"text":"\#(text)"}"#
    let path = "/v1/conversations/\(conversation)/messages"
    return try landed(try await post(path, body, as: user, headers: headers)).position
  }

  /// Hands a conversation over.
  @discardableResult
  func moveConversation(_ conversation: String, to bot: String) async throws -> UInt64 {
    let body = #"{"botId":"\#(Scene.bot(bot))","moduleId":1}"#
    return try landed(try await post("/v1/conversations/\(conversation)/handover", body)).position
  }

  private func landed(_ answer: Answer) throws -> (id: String, position: UInt64) {
    guard (200...201).contains(answer.status), let id = try answer.json["conversationId"]?.text,
      let position = try answer.json["position"]?.number
    else { throw CallFailed(answer: answer) }
    return (id, UInt64(position))
  }

  /// A number of the metrics page; `nil` if it is not there.
  func metric(_ name: String) async throws -> Double? {
    let page = try await get("/metrics", as: nil).text
    let line = page.split(separator: "\n").first { $0.hasPrefix(name + " ") }
    return line.flatMap { Double($0.dropFirst(name.count + 1)) }
  }
}

/// A call a test builds on did not do what it should.
struct CallFailed: Error {
  let answer: Answer
}
