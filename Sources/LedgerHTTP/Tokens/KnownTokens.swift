import Synchronization

/// Tokens whose signature was found good, so that a client that sends one again and again costs one
/// check; their times are held against the clock each time.
///
/// Keys do not change while a server runs, so what was good stays good.
final class KnownTokens: Sendable {
  /// What a good token says.
  struct Token: Sendable {
    /// When it begins and ends, and whom it is for.
    let claims: TokenReader
    /// Who asks.
    let principal: Principal
  }

  /// How many tokens are kept; when there are more, all are forgotten.
  private static let limit = 4_096

  private let tokens = Mutex<[[UInt8]: Token]>([:])

  /// What was kept by these bytes: a token, or the header field it came in.
  subscript(bytes: [UInt8]) -> Token? { tokens.withLock { $0[bytes] } }

  /// Keeps a token by the bytes it is recognised by.
  func keep(_ token: Token, as bytes: [UInt8]) {
    tokens.withLock { tokens in
      if tokens.count >= Self.limit { tokens = [:] }
      tokens[bytes] = token
    }
  }
}
