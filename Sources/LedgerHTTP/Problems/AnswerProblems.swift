import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// Turns every error of a route into a problem document, in one place, and puts down what every
/// call moved.
struct AnswerProblems: RouterMiddleware {
  private let meters: ServerMeters
  private let rates: RequestRates
  private let connections: Connections
  private let limits: ServeConfiguration.Limits

  init(_ parts: ServerParts) {
    meters = parts.meters
    rates = parts.rates
    connections = parts.connections
    limits = parts.configuration.limits
  }

  func handle(
    _ request: Request,
    context: CallContext,
    next: @concurrent (Request, CallContext) async throws -> Response,
  ) async throws -> Response {
    do {
      let response = try held(try await next(request, context))
      meters.answered(response.status.code)
      charge(response, context)
      return response
    } catch {
      let problem = Problem(error)
      if problem.status >= 500 {
        context.logger.error("answered \(problem.status)", metadata: ["error": "\(error)"])
      }
      meters.answered(problem.status)
      meters.refused(problem.code)
      charge(problem.response, context)
      return problem.response
    }
  }

  /// Puts down what a call and its answer moved to whom it comes from.
  private func charge(_ response: Response, _ context: CallContext) {
    guard let (client, received) = context.tally?.take(), let client else { return }
    rates.charge(client, received + (response.body.contentLength ?? 0))
  }

  /// An answer whose bytes have room while they wait for their reader.
  ///
  /// - Throws: `answer_too_large`, or `server_busy` if there is no room.
  private func held(_ response: Response) throws(Problem) -> Response {
    guard let length = response.body.contentLength, length > PieceWriter.pieceLength else {
      return response
    }
    guard length <= limits.answerBytes else { throw .answerTooLarge(length, limits.answerBytes) }
    guard let room = connections.room(for: length) else { throw .busy }
    var response = response
    let body = response.body
    response.body = ResponseBody(contentLength: length) { writer in
      try await body.write(PieceWriter(writer))
      withExtendedLifetime(room) {}
    }
    return response
  }
}

/// Writes an answer in pieces, each when the reader has taken in what is before it.
struct PieceWriter: ResponseBodyWriter {
  /// The most bytes of a piece; an answer that is shorter is written at once.
  static let pieceLength = 32 << 10

  private var base: any ResponseBodyWriter

  init(_ base: any ResponseBodyWriter) { self.base = base }

  @concurrent
  mutating func write(_ buffer: ByteBuffer) async throws {
    var rest = buffer
    while let piece = rest.readSlice(length: min(Self.pieceLength, rest.readableBytes)),
      piece.readableBytes > 0
    { try await base.write(piece) }
  }

  @concurrent
  consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
    try await base.finish(trailingHeaders)
  }
}

extension Problem {
  fileprivate static func answerTooLarge(_ length: Int, _ limit: Int) -> Problem {
    Problem(
      413,
      "answer_too_large",
      "the answer has \(length) bytes, and one has at most \(limit); ask for less, or export with "
        + "the command line",
    )
  }

  /// Too many bytes wait for readers that do not read.
  fileprivate static var busy: Problem {
    var problem = Problem(
      503,
      "server_busy",
      "as many bytes wait for slow readers as may; try again",
    )
    problem.retryAfter = 2
    return problem
  }
}
