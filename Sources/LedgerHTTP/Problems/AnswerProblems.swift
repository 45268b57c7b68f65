import Hummingbird
import Logging

/// Turns every error of a route into a problem document; the one place where that is done.
struct AnswerProblems: RouterMiddleware {
  let meters: ServerMeters

  func handle(
    _ request: Request,
    context: CallContext,
    next: @concurrent (Request, CallContext) async throws -> Response,
  ) async throws -> Response {
    do {
      let response = try await next(request, context)
      meters.answered(response.status.code)
      return response
    } catch {
      let problem = Problem(error)
      if problem.status >= 500 {
        context.logger.error("answered \(problem.status)", metadata: ["error": "\(error)"])
      }
      meters.answered(problem.status)
      meters.refused(problem.code)
      return problem.response
    }
  }
}
