/// What a token says.
public struct TokenClaims: Hashable, Sendable, Codable {
  /// The account.
  public var sub: String
  /// `owner`, `agent`, `admin`, `auditor` or `visitor`.
  public var role: String
  /// The owner's account an agent, or a person of the owner's staff, acts for.
  public var owner: String?
  /// The name to show.
  public var name: String?
  /// When it ends, in seconds since 1970.
  public var exp: Int64
  /// When it begins.
  public var nbf: Int64?
  /// When it was made.
  public var iat: Int64?
  /// Whom it is for.
  public var aud: String?

  /// The roles there are.
  public static let roles = Principal.Role.allCases.map(\.rawValue)

  /// Says who may call, and until when.
  public init(sub: String, role: String, exp: Int64) {
    self.sub = sub
    self.role = role
    self.exp = exp
  }
}
