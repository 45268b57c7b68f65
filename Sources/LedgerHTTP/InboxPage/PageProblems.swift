import Conversations
import HTTPTypes
import Hummingbird
import Logging

/// Turns every error of a page's route into a page, or into the way to the page to sign in on.
struct PageProblems: RouterMiddleware {
  private let pages: PageRoutes

  init(_ pages: PageRoutes) { self.pages = pages }

  func handle(
    _ request: Request,
    context: CallContext,
    next: @concurrent (Request, CallContext) async throws -> Response,
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch is SignIn {
      return signIn(request)
    } catch {
      let problem = Problem(error)
      if problem.status >= 500 {
        context.logger.error("answered \(problem.status)", metadata: ["error": "\(error)"])
      }
      return answer(problem, request)
    }
  }

  /// Sends the reader to the page to sign in on.
  ///
  /// A browser keeps a strict cookie back when another site's link led here. The page then asks
  /// for itself once more, which is a request of our own, and the cookie comes along.
  private func signIn(_ request: Request) -> Response {
    let site = HTTPField.Name("Sec-Fetch-Site").flatMap { request.headers[$0] }
    if request.method == .get, site == "cross-site" {
      var answer = PageAnswer.html("<!doctype html><title>Inbox</title>\n")
      if let refresh = HTTPField.Name("Refresh") { answer.headers[refresh] = "0" }
      return answer
    }
    var values = FormValues()
    if request.method == .get { values.add("return", request.uri.string) }
    return PageAnswer.see("/login" + values.query)
  }

  private func answer(_ problem: Problem, _ request: Request) -> Response {
    let detail = problem.detail
    let page = ProblemFrame(
      frame: pages.frame("Problem", request, nil),
      title: Self.title(problem.status),
      sentence: detail.prefix(1).uppercased() + detail.dropFirst()
        + (detail.hasSuffix(".") ? "" : "."),
      status: problem.status,
      code: problem.code,
    )
    return PageAnswer.html(
      pages.templates.render(.problem, page),
      status: HTTPResponse.Status(code: problem.status),
    )
  }

  private static func title(_ status: Int) -> String {
    switch status {
    case 403: "Not allowed"
    case 404: "Nothing here"
    case 400..<500: "That did not work"
    default: "The server failed"
    }
  }
}
