import HTTPTypes
import Hummingbird
import Logging

/// The answers of the dialect: the one envelope its documentation shows, with our code beside it.
enum DialectEnvelope {
  private struct Done: Encodable {
    let message = "1"
    let error: [String] = []
  }

  private struct Failed: Encodable {
    let error: String
    let code: String
    let agent: String?

    enum Member: String, CodingKey {
      case error, message, code, agent
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Member.self)
      try container.encode(error, forKey: .error)
      try container.encodeNil(forKey: .message)
      try container.encode(code, forKey: .code)
      try container.encodeIfPresent(agent, forKey: .agent)
    }
  }

  /// It is done, or held already.
  static func done() throws -> Response { try .json(Done()) }

  /// It was refused, or failed.
  static func failed(_ problem: Problem) throws -> Response {
    var headers = problem.headers
    headers[.contentType] = nil
    return try .json(
      Failed(error: problem.detail, code: problem.code, agent: problem.agent),
      status: HTTPResponse.Status(code: problem.status),
      headers: headers,
    )
  }
}

/// Turns every error of a call in the dialect into its envelope.
struct AnswerInDialect: RouterMiddleware {
  let meters: ServerMeters

  func handle(
    _ request: Request,
    context: CallContext,
    next: @concurrent (Request, CallContext) async throws -> Response,
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch {
      let problem = Problem(error)
      if problem.status >= 500 {
        context.logger.error("answered \(problem.status)", metadata: ["error": "\(error)"])
      }
      meters.refused(problem.code)
      return try DialectEnvelope.failed(problem)
    }
  }
}
