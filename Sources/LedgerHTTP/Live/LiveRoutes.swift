import ConversationLedger
import Conversations
import HTTPTypes
import Hummingbird
import Synchronization

/// The live streams: the log, and one inbox.
struct LiveRoutes: Sendable {
  private let parts: ServerParts

  init(_ parts: ServerParts) { self.parts = parts }

  func add(to api: RouterGroup<CallContext>) {
    api.get("events", use: followLog)
    api.get("bots/:bot/inbox/live", use: followInbox)
  }

  private func followLog(_ request: Request, _ context: CallContext) async throws -> Response {
    let principal = try context.caller
    let viewer = Viewer(principal)
    return try await parts.feed.stream(for: viewer, principal, request, context)
  }

  private func followInbox(_ request: Request, _ context: CallContext) async throws -> Response {
    let principal = try context.caller
    let name = try context.parameters.require("bot")
    let bot = try await parts.gate.read(bot: name, for: principal) { $1 }
    let viewer = Viewer(principal, inbox: bot)
    return try await parts.feed.stream(for: viewer, principal, request, context)
  }
}

extension EventFeed {
  /// Answers with a stream of events that goes on until the reader goes.
  ///
  /// It begins behind `Last-Event-ID`, else behind the parameter `after`, else at the log's end.
  ///
  /// - Parameters:
  ///   - viewer: Who follows what.
  ///   - reader: Who that is, to be written down.
  ///   - request: Says behind which position.
  ///   - context: The connection.
  /// - Returns: The stream.
  /// - Throws: A problem if the position is malformed or has not come yet, or if too many follow.
  func stream(
    for viewer: Viewer,
    _ reader: Principal,
    _ request: Request,
    _ context: CallContext,
  ) async throws -> Response {
    var query = try QueryReader(request)
    let after = try query.position("after")
    try query.finish()
    switch state.withLock({ $0.reasonAgainst(viewer.person) }) {
    case nil: break
    case .tooManyOfOne: throw Problem.tooManyStreams(limits.followersPerPerson)
    case .some: throw Problem.tooManyFollowers
    }
    let (source, head) = try await gate.read { ledger in
      (try ledger.cloudEventSource(), try ledger.headPosition())
    }
    let position = try request.lastEventID() ?? after ?? head
    guard position <= head else {
      throw Problem.malformedQuery("the log ends at position \(head); \(position) has not come yet")
    }
    // Once for the connection, before its first word.
    if let scope = viewer.readingScope {
      try await gate.record("stream", of: scope, by: reader)
    }
    let close: @Sendable () -> Void = { [channel = context.channel] in
      channel.close(promise: nil)
    }
    let body = ResponseBody { [self] writer in
      // A reader that goes away is noticed at once, and its place is free.
      try await request.body.consumeWithCancellationOnInboundClose { [writer] _ in
        var writer = writer
        let place = Follower.Place(self, viewer, source: source, close: close)
        if var follower = Follower(place, after: position) {
          try await follower.run { try await writer.write($0) }
        } else {
          try await writer.write(ServerSentEvent.dropped(.tooMany, behind: position).bytes)
        }
        try await writer.finish(nil)
      }
    }
    return Response(status: .ok, headers: Self.headers, body: body)
  }

  /// No store may keep the stream, and no proxy hold it back.
  private static let headers: HTTPFields = {
    var headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
    if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
    return headers
  }()
}

extension QueryReader {
  /// Takes a log position.
  mutating func position(_ name: String) throws(Problem) -> UInt64? {
    guard let text = text(name) else { return nil }
    guard let position = UInt64(text) else {
      throw .malformedQuery("\(name) is a log position in digits")
    }
    return position
  }
}

extension Request {
  /// The position of the last event a reader that comes back has.
  fileprivate func lastEventID() throws(Problem) -> UInt64? {
    guard let name = HTTPField.Name("Last-Event-ID"), let text = headers[name], !text.isEmpty
    else { return nil }
    guard let position = UInt64(text) else {
      throw .malformedQuery("Last-Event-ID is a log position in digits")
    }
    return position
  }
}

extension Problem {
  /// The feed has as many followers as it may have.
  fileprivate static var tooManyFollowers: Problem {
    var problem = Problem(503, "too_many_followers", "too many follow; come back later")
    problem.retryAfter = 10
    return problem
  }

  /// One person has as many streams as one may have.
  fileprivate static func tooManyStreams(_ most: Int) -> Problem {
    var problem = Problem(
      429,
      "too_many_streams",
      "one person has at most \(most) live streams; end one of them",
    )
    problem.retryAfter = 10
    return problem
  }
}
