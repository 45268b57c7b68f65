import Foundation

/// What a token claims, and whether a server would take it.
public struct TokenInspection: Encodable, Sendable {
  /// The header's JSON, if it can be read.
  public let header: String?
  /// The claims' JSON, if it can be read.
  public let claims: String?
  /// `valid`, or the code and the sentence of the problem.
  public let verdict: String
  /// Whether a server with this configuration would take it.
  public let isValid: Bool

  /// Looks into a token.
  ///
  /// - Parameters:
  ///   - token: The token.
  ///   - configuration: The settings of the server.
  /// - Throws: `ConfigurationError` if the keys cannot be read.
  public init(of token: String, _ configuration: ServeConfiguration) async throws {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    (header, claims) = (Self.text(parts.first), Self.text(parts.dropFirst().first))
    let check = TokenCheck(try await TokenKeys(configuration), configuration.tokens)
    do {
      _ = try check.principal(token: token)
      (verdict, isValid) = ("valid", true)
    } catch {
      (verdict, isValid) = ("\(error.code): \(error.detail)", false)
    }
  }

  private static func text(_ part: Substring?) -> String? {
    part.flatMap { Base64URL.decode(Array($0.utf8)) }
      .flatMap { String(validating: $0, as: UTF8.self) }
  }
}
