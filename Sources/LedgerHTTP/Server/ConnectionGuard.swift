import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Stands in a connection before the routes, and answers what may not reach them: heads that are
/// too large (431) or malformed (400), requests that arrive too slowly (408), and connections
/// beyond the limit (429).
///
/// A request that is refused ends its connection, because what comes behind it is not known to be
/// another one.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  let limits: ServeConfiguration.Limits
  /// What the connection has sent and been sent, and whose it is.
  let tally = ConnectionTally()
  private let connections: Connections
  private let isSecure: Bool
  private var slot: Connections.Slot?
  /// Why nothing is served, if the connection is one too many.
  private var excess: Problem?
  /// Whether a head has come and its end has not.
  private var isReading = false
  /// Whether anything of a request came with the bytes that are being read.
  private var hasRead = false
  /// The requests that are not answered yet.
  private var openRequests = 0
  /// Whether a client waits to be told to send its body.
  private var isAwaited = false
  /// What is answered when all before it is, and then nothing more.
  private var refusal: Problem?
  /// Whether the connection ends with the answer that is being made.
  private var endsWithAnswer = false
  private var isClosing = false
  private var deadline: Scheduled<Void>?

  init(_ configuration: ServeConfiguration, _ connections: Connections) {
    limits = configuration.limits
    isSecure = configuration.isSecure
    self.connections = connections
  }

  func handlerAdded(context: ChannelHandlerContext) {
    if context.channel.isActive { begin(context) }
  }

  func channelActive(context: ChannelHandlerContext) {
    begin(context)
    context.fireChannelActive()
  }

  private func begin(_ context: ChannelHandlerContext) {
    do {
      slot = try connections.open(from: context.channel.remoteAddress?.ipAddress)
      expect(within: limits.requestSeconds, context)
    } catch {
      excess = error
      expect(within: min(limits.requestSeconds, 1), context)
    }
  }

  func handlerRemoved(context: ChannelHandlerContext) { leave() }

  func channelInactive(context: ChannelHandlerContext) {
    leave()
    context.fireChannelInactive()
  }

  private func leave() {
    deadline?.cancel()
    deadline = nil
    slot = nil
  }
}

// MARK: Requests

extension ConnectionGuard {
  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isClosing, refusal == nil else { return }
    hasRead = true
    switch unwrapInboundIn(data) {
    case .head(let head):
      isReading = true
      openRequests += 1
      if let excess { return refuse(excess, context) }
      isAwaited = head.headerFields[.expect] != nil && takes(head)
      if openRequests == 1 { askForBody(context) }
    case .body(let bytes):
      isAwaited = false
      tally.add(bytes.readableBytes)
    case .end:
      isReading = false
      isAwaited = false
      deadline?.cancel()
      deadline = nil
    }
    context.fireChannelRead(data)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    // Most requests are whole by now; only for the others a clock is set.
    if isReading, deadline == nil { expect(within: limits.requestSeconds, context) }
    context.fireChannelReadComplete()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    guard event is BytesArrived else { return context.fireUserInboundEventTriggered(event) }
    // Bytes that are no part of a request are the beginning of a head.
    if !hasRead, !isReading, deadline == nil { expect(within: limits.requestSeconds, context) }
    hasRead = false
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(let head):
      context.write(wrapOutboundOut(.head(marked(head))), promise: promise)
    case .body: context.write(data, promise: promise)
    case .end:
      openRequests -= 1
      guard openRequests <= 0, endsWithAnswer || refusal != nil else {
        context.write(data, promise: promise)
        if openRequests == 1 { askForBody(context) }
        return
      }
      context.writeAndFlush(data, promise: promise)
      if let refusal { answer(refusal, context) } else { end(context) }
    }
  }

  /// An answer's head with what every answer says.
  private func marked(_ head: HTTPResponse) -> HTTPResponse {
    var head = head
    head.headerFields[.xContentTypeOptions] = "nosniff"
    if isSecure { head.headerFields[.strictTransportSecurity] = "max-age=31536000" }
    if endsWithAnswer, openRequests <= 1 { head.headerFields[.connection] = "close" }
    return head
  }

  /// Tells a client that waits for it to send its body (RFC 9110, section 10.1.1).
  private func askForBody(_ context: ChannelHandlerContext) {
    guard isAwaited, isReading else { return }
    isAwaited = false
    let head = HTTPResponse(status: .continue)
    context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
  }

  /// Whether a body of the length that a head names would be read.
  private func takes(_ head: HTTPRequest) -> Bool {
    head.headerFields[.contentLength].flatMap { Int($0) } ?? 0 <= limits.bodyBytes
  }
}

// MARK: Refusals

extension ConnectionGuard {
  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    switch error {
    case let problem as Problem: refuse(problem, context)
    case HTTPParserError.headerOverflow: refuse(.headerTooLarge(limits.headerBytes), context)
    case is HTTPParserError: refuse(.malformedRequest, context)
    default: context.fireErrorCaught(error)
    }
  }

  /// Sets the clock for the rest of a request.
  private func expect(within seconds: Int, _ context: ChannelHandlerContext) {
    let time = TimeAmount.seconds(Int64(seconds))
    deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) {
      self.deadline = nil
      self.refuse(self.excess ?? .tooSlow(self.limits.requestSeconds), context)
    }
  }

  /// Refuses what is being read, in its turn.
  private func refuse(_ problem: Problem, _ context: ChannelHandlerContext) {
    guard !isClosing, refusal == nil else { return }
    switch (isReading, openRequests) {
    case (true, 1...) where problem != excess:
      // The route waits for the body, or will not need it; it answers.
      endsWithAnswer = true
      context.fireErrorCaught(problem)
    case (true, ...0): end(context)
    case (false, 1...): refusal = problem
    default: answer(problem, context)
    }
  }

  /// Answers in the routes' stead, and ends the connection.
  private func answer(_ problem: Problem, _ context: ChannelHandlerContext) {
    endsWithAnswer = true
    var headers = problem.headers
    let body = problem.body
    headers[.contentLength] = "\(body.count)"
    let head = HTTPResponse(status: .init(code: problem.status), headerFields: headers)
    context.write(wrapOutboundOut(.head(marked(head))), promise: nil)
    context.write(wrapOutboundOut(.body(ByteBuffer(bytes: body))), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    end(context)
  }

  /// Ends the connection when what was written is sent.
  ///
  /// The way to the client is closed first and the rest a little later: a close while bytes of the
  /// client are unread would take the answer away from it (RFC 9112, section 9.6).
  private func end(_ context: ChannelHandlerContext) {
    guard !isClosing else { return }
    isClosing = true
    deadline?.cancel()
    let closed = context.eventLoop.makePromise(of: Void.self)
    closed.futureResult.assumeIsolated().whenComplete { result in
      guard case .success = result else { return context.close(promise: nil) }
      self.deadline = context.eventLoop.assumeIsolated().scheduleTask(in: lingering) {
        context.close(promise: nil)
      }
    }
    context.close(mode: .output, promise: closed)
  }
}

/// How long a connection is kept for its client to take in the last answer.
private let lingering = TimeAmount.seconds(2)

extension Problem {
  /// The bytes are no request.
  static let malformedRequest = Problem(
    400,
    "malformed_request",
    "this is not HTTP/1.1 as RFC 9112 writes it",
  )

  fileprivate static func headerTooLarge(_ limit: Int) -> Problem {
    Problem(431, "header_too_large", "the header fields have at most \(limit) bytes together")
  }

  fileprivate static func tooSlow(_ seconds: Int) -> Problem {
    Problem(408, "request_timeout", "a request arrives within \(seconds) seconds")
  }
}
