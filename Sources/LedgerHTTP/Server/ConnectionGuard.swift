import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import Synchronization

/// Stands in a connection before the routes, and answers what may not reach them: heads that are
/// too large (431) or malformed (400), requests that arrive too slowly (408), and connections
/// beyond the limit (429).
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let limits: ServeConfiguration.Limits
  private let count: ConnectionCount
  private var isCounted = false
  private var isOverLimit = false
  /// Whether a head has come and its end has not.
  private var isReading = false
  /// The requests that are not answered yet.
  private var openRequests = 0
  private var isClosing = false
  private var deadline: Scheduled<Void>?

  init(_ limits: ServeConfiguration.Limits, _ count: ConnectionCount) {
    self.limits = limits
    self.count = count
  }

  func handlerAdded(context: ChannelHandlerContext) {
    isCounted = true
    isOverLimit = count.open() > limits.connections
    expect(context)
  }

  func handlerRemoved(context: ChannelHandlerContext) { leave() }

  func channelInactive(context: ChannelHandlerContext) {
    leave()
    context.fireChannelInactive()
  }

  private func leave() {
    deadline?.cancel()
    deadline = nil
    if isCounted { count.close() }
    isCounted = false
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isClosing else { return }
    switch unwrapInboundIn(data) {
    case .head:
      isReading = true
      openRequests += 1
      if isOverLimit {
        openRequests = 0
        return answer(.tooManyConnections(limits.connections), context)
      }
    case .body: break
    case .end:
      isReading = false
      deadline?.cancel()
      deadline = nil
    }
    context.fireChannelRead(data)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    // Most requests are whole by now; only for the others a clock is set.
    if isReading, deadline == nil { expect(context) }
    context.fireChannelReadComplete()
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .end = unwrapOutboundIn(data) { openRequests -= 1 }
    context.write(data, promise: promise)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard let error = error as? HTTPParserError, openRequests == 0, !isClosing else {
      return context.fireErrorCaught(error)
    }
    switch error {
    case .headerOverflow: answer(.headerTooLarge(limits.headerBytes), context)
    default: answer(.malformedRequest, context)
    }
  }

  /// Sets the clock for the rest of a request.
  private func expect(_ context: ChannelHandlerContext) {
    let time = TimeAmount.seconds(Int64(limits.requestSeconds))
    deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) {
      self.tooSlow(context)
    }
  }

  private func tooSlow(_ context: ChannelHandlerContext) {
    deadline = nil
    guard !isClosing else { return }
    if openRequests == 0 { return answer(.tooSlow(limits.requestSeconds), context) }
    // The route waits for the body; it answers.
    context.fireErrorCaught(Problem.tooSlow(limits.requestSeconds))
  }

  /// Answers in the routes' stead, and ends the connection.
  private func answer(_ problem: Problem, _ context: ChannelHandlerContext) {
    isClosing = true
    var headers = problem.headers
    let body = problem.body
    headers[.contentLength] = "\(body.count)"
    headers[.connection] = "close"
    let head = HTTPResponse(status: .init(code: problem.status), headerFields: headers)
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(ByteBuffer(bytes: body))), promise: nil)
    let sent = context.eventLoop.makePromise(of: Void.self)
    sent.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: sent)
  }
}

/// How many connections are open.
final class ConnectionCount: Sendable {
  private let number = Atomic(0)

  /// The number now.
  var value: Int { number.load(ordering: .relaxed) }

  fileprivate func open() -> Int { number.add(1, ordering: .relaxed).newValue }

  fileprivate func close() { number.subtract(1, ordering: .relaxed) }
}

extension Problem {
  fileprivate static let malformedRequest = Problem(
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

  fileprivate static func tooManyConnections(_ limit: Int) -> Problem {
    var problem = Problem(
      429,
      "too_many_connections",
      "the server takes \(limit) connections at once; try again",
    )
    problem.retryAfter = 1
    return problem
  }
}
