import Conversations
import Foundation
import JWTKit

/// Holds tokens against the keys, the clock and the configuration (RFC 7515, 7519 and 8725).
///
/// A key has one algorithm, and the token's header must name it: what the header claims never
/// chooses how a signature is checked.
struct TokenCheck: Sendable {
  private let keys: TokenKeys
  private let settings: ServeConfiguration.TokenSettings
  private let known = KnownTokens()
  /// The seconds since 1970.
  private let now: @Sendable () -> Int64

  init(
    _ keys: TokenKeys,
    _ settings: ServeConfiguration.TokenSettings,
    now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) },
  ) {
    self.keys = keys
    self.settings = settings
    self.now = now
  }

  /// Who asks, by the field `Authorization: Bearer …` or `JWT …`.
  func principal(authorization: String?) throws(Problem) -> Principal {
    guard let authorization, !authorization.isEmpty else { throw .tokenMissing }
    let field = Array(authorization.utf8)
    if let principal = try knownPrincipal(by: field) { return principal }
    let parts = authorization.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, ["bearer", "jwt"].contains(parts[0].lowercased()) else {
      throw Self.invalid("send Authorization: Bearer TOKEN, or JWT TOKEN")
    }
    return try principal(token: Array(parts[1].utf8), knownBy: field)
  }

  /// Who asks, by a token alone.
  func principal(token: String) throws(Problem) -> Principal {
    let bytes = Array(token.utf8)
    if let principal = try knownPrincipal(by: bytes) { return principal }
    return try principal(token: bytes, knownBy: bytes)
  }

  /// Who sent these very bytes before, if the token in them still holds.
  private func knownPrincipal(by bytes: [UInt8]) throws(Problem) -> Principal? {
    guard let known = known[bytes] else { return nil }
    _ = try requireTime(known.claims)
    return known.principal
  }

  private func principal(token: [UInt8], knownBy bytes: [UInt8]) throws(Problem) -> Principal {
    let claims = try TokenReader(try payload(of: token))
    let end = try requireTime(claims)
    if let audience = settings.audience, !claims.audiences.contains(audience) {
      throw Self.invalid("the token is not for \(audience)")
    }
    let principal = try claims.principal(until: end)
    known.keep(KnownTokens.Token(claims: claims, principal: principal), as: bytes)
    return principal
  }

  /// The payload of a token whose signature is good.
  private func payload(of token: [UInt8]) throws(Problem) -> [UInt8] {
    let parts = token.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 3, let header = Base64URL.decode(parts[0]),
      let payload = Base64URL.decode(parts[1]), let signature = Base64URL.decode(parts[2])
    else { throw Self.invalid("the token is not three parts of base64url") }
    let candidates = try keys.candidates(for: TokenHeader(header))
    let signed = token[..<parts[1].endIndex]
    guard candidates.contains(where: { $0.accepts(signature, of: signed) }) else {
      throw Self.invalid("the token's signature is not one of our keys'")
    }
    return payload
  }

  /// Insists on a token whose time is now.
  ///
  /// - Returns: The second from which on it counts no more.
  private func requireTime(_ claims: TokenReader) throws(Problem) -> Int64 {
    let (now, leeway) = (now(), Int64(settings.leewaySeconds))
    guard let expiry = claims.expiry else { throw Self.invalid("the token has no exp") }
    let end = expiry.addingClamped(leeway)
    if now >= end {
      throw Problem(401, Refusal.Code.tokenExpired.name, "the token's time is over; get a new one")
    }
    if let begin = claims.notBefore, begin > now.addingClamped(leeway) {
      throw Self.invalid("the token's time has not come")
    }
    return end
  }

  static func invalid(_ detail: String) -> Problem {
    Problem(401, Refusal.Code.tokenInvalid.name, detail)
  }
}

extension Int64 {
  /// The sum, or the largest number if it is larger.
  fileprivate func addingClamped(_ other: Int64) -> Int64 {
    let (sum, isOver) = addingReportingOverflow(other)
    return isOver ? .max : sum
  }
}
