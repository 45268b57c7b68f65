import Crypto
import Foundation
import HTTPTypes
import Hummingbird

/// Who is signed in: a token in a cookie that no script can read and no other site's form sends.
struct PageSession: Sendable {
  /// The token.
  let token: String
  /// Who it says is there.
  let principal: Principal

  /// The cookie of those who are signed in.
  static func cookieName(_ isSecure: Bool) -> String { name("handover_session", isSecure) }
  /// The cookie of those who are about to sign in.
  static func visitCookieName(_ isSecure: Bool) -> String { name("handover_visit", isSecure) }
  /// The cookie of light or dark.
  static func themeCookieName(_ isSecure: Bool) -> String { name("handover_theme", isSecure) }

  /// A name that a browser takes, where it comes by TLS, from this host alone: no other host of
  /// its domain can set the cookie, and nobody in between (RFC 6265bis, section 4.1.3.2).
  private static func name(_ name: String, _ isSecure: Bool) -> String {
    isSecure ? "__Host-" + name : name
  }

  /// Who is signed in.
  ///
  /// - Returns: `nil` if nobody is, or no longer.
  init?(_ request: Request, _ tokens: TokenCheck, _ isSecure: Bool) {
    guard let token = request.cookies[Self.cookieName(isSecure)]?.value,
      let principal = try? tokens.principal(token: token)
    else { return nil }
    (self.token, self.principal) = (token, principal)
  }

  /// What each form of this session bears, so that only pages of ours can send it: whoever does not
  /// know the cookie cannot compute it.
  static func formToken(for secret: String) -> String {
    let code = HMAC<SHA256>.authenticationCode(
      for: Data("handover form".utf8),
      using: SymmetricKey(data: Data(secret.utf8)),
    )
    return Data(code).base64EncodedString()
  }

  /// Lets only forms of ours through.
  ///
  /// - Parameters:
  ///   - request: The request.
  ///   - sent: What the form bears.
  ///   - secret: The cookie it must belong to.
  /// - Throws: `form_expired` for any other.
  static func requireOwnForm(
    _ request: Request,
    _ sent: String?,
    _ secret: String?,
  ) throws(Problem) {
    let site = HTTPField.Name("Sec-Fetch-Site").flatMap { request.headers[$0] }
    let isOurs = site == nil || site == "same-origin" || site == "none"
    guard isOurs, let sent, let secret, isEqual(sent, formToken(for: secret)) else {
      throw Problem(
        403,
        "form_expired",
        "This form is not of the page you are signed in to now. Go back, load the page anew, "
          + "and send it again.",
      )
    }
  }

  /// Compares in a time that tells nothing of where two texts differ.
  private static func isEqual(_ one: String, _ other: String) -> Bool {
    let (left, right) = (Array(one.utf8), Array(other.utf8))
    guard left.count == right.count else { return false }
    return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }

  /// A cookie of the page, for this browser session.
  static func cookie(
    _ name: String,
    _ value: String,
    lasting seconds: Int? = nil,
    isSecure: Bool,
  ) throws -> Cookie {
    try .validated(
      name: name,
      value: value,
      maxAge: seconds,
      path: "/",
      secure: isSecure,
      httpOnly: true,
      sameSite: .strict,
    )
  }

  /// The secret of somebody who is about to sign in, if it is one of ours.
  static func visit(_ request: Request, _ isSecure: Bool) -> String? {
    guard let value = request.cookies[visitCookieName(isSecure)]?.value,
      (10...40).contains(value.utf8.count),
      value.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) })
    else { return nil }
    return value
  }

  /// A fresh secret for those who are about to sign in.
  static func visit() -> String {
    var generator = SystemRandomNumberGenerator()
    let numbers = (0..<2).map { _ in UInt64.random(in: .min ... .max, using: &generator) }
    return numbers.map { String($0, radix: 36) }.joined()
  }
}
