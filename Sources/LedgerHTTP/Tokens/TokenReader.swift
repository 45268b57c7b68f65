import ConversationLedger
import Conversations

/// The header of a token, read strictly.
struct TokenHeader {
  /// The algorithm it claims.
  let algorithm: String
  /// The key it names.
  let keyID: String?

  init(_ bytes: [UInt8]) throws(Problem) {
    let members = try tokenMembers(bytes, "header")
    guard case .string(let algorithm) = members["alg"] else {
      throw TokenCheck.invalid("the token's header has no alg")
    }
    // An extension that must be understood is not (RFC 7515, section 4.1.11).
    guard members["crit"] == nil, members["b64"] == nil else {
      throw TokenCheck.invalid("the token's header has extensions")
    }
    self.algorithm = algorithm
    switch members["kid"] {
    case nil: keyID = nil
    case .string(let name): keyID = name
    default: throw TokenCheck.invalid("the token's kid is no string")
    }
  }
}

/// The claims of a token whose signature is good.
struct TokenReader {
  private let members: JSONObject
  /// When it ends.
  let expiry: Int64?
  /// When it begins.
  let notBefore: Int64?
  /// Whom it is for.
  let audiences: [String]

  init(_ payload: [UInt8]) throws(Problem) {
    members = try tokenMembers(payload, "payload")
    expiry = try Self.time(members["exp"])
    notBefore = try Self.time(members["nbf"])
    audiences = try Self.audiences(members["aud"])
  }

  /// Who the token says asks.
  ///
  /// - Parameter expiry: The second from which on the token counts no more.
  /// - Returns: Account, role and owner.
  /// - Throws: `token_invalid`.
  func principal(until expiry: Int64) throws(Problem) -> Principal {
    guard let user = try text("sub"), (1...255).contains(user.utf8.count) else {
      throw TokenCheck.invalid("the token's sub is not 1 to 255 bytes")
    }
    guard let role = try text("role").flatMap(Principal.Role.init(rawValue:)) else {
      let roles = Principal.Role.allCases.map(\.rawValue).joined(separator: ", ")
      throw TokenCheck.invalid("the token's role is not one of \(roles)")
    }
    let owner = try text("owner")
    if role == .agent, owner == nil {
      throw TokenCheck.invalid("an agent's token names the owner it helps")
    }
    return Principal(
      user: user,
      role: role,
      owner: role == .owner || role == .agent ? .account(owner ?? user) : nil,
      name: try text("name"),
      expiry: expiry,
    )
  }

  private func text(_ name: String) throws(Problem) -> String? {
    switch members[name] {
    case nil: return nil
    case .string(let text): return text
    default: throw TokenCheck.invalid("the token's \(name) is no string")
    }
  }

  /// A NumericDate; fractions of a second are cut off.
  private static func time(_ value: JSONValue?) throws(Problem) -> Int64? {
    switch value {
    case nil: return nil
    case .integer(let seconds): return seconds
    case .number(let seconds) where seconds.magnitude < 1e18: return Int64(seconds)
    default: throw TokenCheck.invalid("the token's times are no numbers")
    }
  }

  private static func audiences(_ value: JSONValue?) throws(Problem) -> [String] {
    switch value {
    case nil: return []
    case .string(let audience): return [audience]
    case .array(let values):
      return values.compactMap { if case .string(let audience) = $0 { audience } else { nil } }
    default: throw TokenCheck.invalid("the token's aud is no string")
    }
  }
}

/// The members of a part of a token.
private func tokenMembers(_ bytes: [UInt8], _ part: String) throws(Problem) -> JSONObject {
  guard case .object(let members)? = try? StrictJSON.parse(bytes) else {
    throw TokenCheck.invalid("the token's \(part) is no JSON object")
  }
  return members
}
