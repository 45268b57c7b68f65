import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The longest token that fits into a cookie: browsers keep 4,096 bytes with name and attributes.
private let cookieLimit = 3_900

/// Signing in and out, and light or dark.
extension PageRoutes {
  /// The values of a form that was posted.
  func form(_ request: Request) async throws -> FormValues {
    let bytes = try await request.bytes(parts.configuration.limits)
    return FormValues(String(decoding: bytes, as: UTF8.self))
  }

  /// Whether the reader comes by TLS, so that the cookie never goes without.
  var isSecure: Bool { parts.configuration.isSecure }

  func showLogin(_ request: Request, _ context: CallContext) async throws -> Response {
    try parts.rates.admit(addressOf: request, context)
    let values = FormValues(request.uri.query ?? "")
    return try login(request, back: values["return"])
  }

  /// The page to sign in on.
  private func login(
    _ request: Request,
    back: String?,
    problem: String? = nil,
  ) throws -> Response {
    let visit = PageSession.visit(request, isSecure) ?? PageSession.visit()
    let page = LoginFrame(
      frame: PageFrame(
        "Sign in",
        assets: assets.folder,
        theme: nil,
        csrf: PageSession.formToken(for: visit),
      ),
      problem: problem,
      back: PageAnswer.returnAddress(back),
    )
    let status: HTTPResponse.Status = problem == nil ? .ok : .unauthorized
    var answer = PageAnswer.html(templates.render(.login, page), status: status)
    answer.setCookie(
      try PageSession.cookie(PageSession.visitCookieName(isSecure), visit, isSecure: isSecure)
    )
    return answer
  }

  func logIn(_ request: Request, _ context: CallContext) async throws -> Response {
    try parts.rates.admit(addressOf: request, context)
    let values = try await form(request)
    try PageSession.requireOwnForm(
      request,
      values["csrf"],
      PageSession.visit(request, isSecure),
    )
    let token = (values["token"] ?? "").filter { !$0.isWhitespace }
    do {
      _ = try parts.tokens.principal(token: token)
      guard token.utf8.count <= cookieLimit else {
        throw Problem(413, "too_large", "a browser keeps \(cookieLimit) bytes of it at most")
      }
    } catch {
      return try login(
        request,
        back: values["return"],
        problem: "This token does not sign you in: \(Problem(error).detail).",
      )
    }
    var answer = PageAnswer.see(PageAnswer.returnAddress(values["return"]))
    answer.setCookie(
      try PageSession.cookie(PageSession.cookieName(isSecure), token, isSecure: isSecure)
    )
    return answer
  }

  func logOut(_ request: Request, _ context: CallContext) async throws -> Response {
    let session = try session(request, context)
    try PageSession.requireOwnForm(request, try await form(request)["csrf"], session.token)
    var answer = PageAnswer.see("/login")
    answer.setCookie(
      try PageSession.cookie(
        PageSession.cookieName(isSecure),
        "gone",
        lasting: 0,
        isSecure: isSecure,
      )
    )
    return answer
  }

  func setAppearance(_ request: Request, _ context: CallContext) async throws -> Response {
    let session = try session(request, context)
    let values = try await form(request)
    try PageSession.requireOwnForm(request, values["csrf"], session.token)
    let theme = values["theme"].flatMap { PageFrame.Theme(rawValue: $0) }
    var answer = PageAnswer.see(PageAnswer.returnAddress(values["return"]))
    answer.setCookie(
      try PageSession.cookie(
        PageSession.themeCookieName(isSecure),
        theme?.rawValue ?? "system",
        lasting: 365 * 86_400,
        isSecure: isSecure,
      )
    )
    return answer
  }
}
