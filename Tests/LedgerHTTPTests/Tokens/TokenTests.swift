import Conversations
import Crypto
import Foundation
import LedgerHTTP
import Testing

@Suite
struct `A call's token` {
  @Test
  func `is missed when it is not there`() async throws {
    try await Scene.with { scene async throws in
      let answer = try await scene.get("/v1/bots", as: nil)
      #expect(answer.status == 401)
      #expect(answer.code == "token_missing")
      #expect(answer.headers["www-authenticate"]?.contains("Bearer") == true)
    }
  }

  @Test
  func `is taken as Bearer and as JWT, in any case`() async throws {
    try await Scene.with { scene async throws in
      let token = try scene.token(.airline)
      for scheme in ["Bearer", "bearer", "JWT", "jwt"] {
        let answer = try await scene.get(
          "/v1/bots",
          as: nil,
          headers: ["Authorization": "\(scheme) \(token)"],
        )
        #expect(answer.status == 200, "\(scheme)")
      }
      for field in ["Basic \(token)", token, "Bearer", "Bearer  \(token)", "Bearer \(token) x"] {
        let answer = try await scene.get("/v1/bots", as: nil, headers: ["Authorization": field])
        #expect(answer.code == "token_invalid", "\(field)")
      }
    }
  }

  @Test
  func `is refused when its time is over, or has not come`() async throws {
    try await Scene.with { scene async throws in
      let now = Int64(Date().timeIntervalSince1970)
      #expect(try await code(scene, #""exp":\#(now - 3_600)"#) == "token_expired")
      #expect(
        try await code(scene, #""exp":\#(now + 3_600),"nbf":\#(now + 1_800)"#) == "token_invalid"
      )
      #expect(try await code(scene, #""exp":\#(now + 3_600),"nbf":\#(now - 10)"#) == nil)
      // Clocks may differ by the leeway of half a minute.
      #expect(try await code(scene, #""exp":\#(now - 5),"nbf":\#(now + 5)"#) == nil)
      #expect(try await code(scene, #""iat":\#(now)"#) == "token_invalid")
      #expect(try await code(scene, #""exp":"never""#) == "token_invalid")
      #expect(try await code(scene, #""exp":1e300"#) == "token_invalid")
    }
  }

  @Test
  func `is refused when its claims say nobody`() async throws {
    try await Scene.with { scene async throws in
      let exp = #""exp":4102444800"#
      for claims in [
        #"{\#(exp),"role":"owner"}"#, #"{\#(exp),"sub":"airline"}"#,
        #"{\#(exp),"sub":"airline","role":"root"}"#, #"{\#(exp),"sub":7,"role":"owner"}"#,
        #"{\#(exp),"sub":"","role":"owner"}"#, #"{\#(exp),"sub":"eve","role":"agent"}"#,
        #"{\#(exp),"sub":"airline","role":"owner","role":"admin"}"#, "[]", "7", "{",
      ] {
        #expect(try await answer(scene, claims).code == "token_invalid", "\(claims)")
      }
    }
  }

  @Test
  func `is refused when it is for somebody else's audience`() async throws {
    try await Scene.with(arguments: ["--set", "tokens.audience=ledger"]) { scene async throws in
      let base = #"{"exp":4102444800,"sub":"airline","role":"owner""#
      #expect(try await answer(scene, base + "}").code == "token_invalid")
      #expect(try await answer(scene, base + #","aud":"other"}"#).code == "token_invalid")
      #expect(try await answer(scene, base + #","aud":"ledger"}"#).status == 200)
      #expect(try await answer(scene, base + #","aud":["a","ledger"]}"#).status == 200)
    }
  }

  @Test
  func `is refused when its header plays tricks`() async throws {
    try await Scene.with { scene async throws in
      let claims = #"{"exp":4102444800,"sub":"airline","role":"owner"}"#
      for header in [
        #"{"alg":"none"}"#, #"{"alg":"None"}"#, #"{"alg":"HS512"}"#, #"{"alg":"ES256"}"#,
        #"{"alg":"hs256"}"#, #"{"alg":["HS256"]}"#, #"{}"#, #"{"alg":"HS256","kid":"other"}"#,
        #"{"alg":"HS256","kid":7}"#, #"{"alg":"HS256","crit":["exp"],"exp":1}"#,
        #"{"alg":"HS256","b64":false,"crit":["b64"]}"#, #"{"alg":"HS256","alg":"HS256"}"#,
        #"{"alg":"HS256","kid":"../../token.secret"}"#,
      ] {
        #expect(
          try await answer(scene, claims, header: header).code == "token_invalid",
          "\(header)",
        )
      }
      // Without a signature, too.
      let bare = Self.base64URL(#"{"alg":"none"}"#) + "." + Self.base64URL(claims) + "."
      #expect(try await answer(scene, token: bare).code == "token_invalid")
      #expect(try await answer(scene, claims, header: #"{"alg":"HS256"}"#).status == 200)
    }
  }

  @Test
  func `is refused when a byte of it is changed`() async throws {
    try await Scene.with { scene async throws in
      let token = Array(try scene.token(.airline))
      for index in stride(from: 0, to: token.count, by: 3) where token[index] != "." {
        var changed = token
        changed[index] = changed[index] == "A" ? "B" : "A"
        let answer = try await answer(scene, token: String(changed))
        #expect(answer.code == "token_invalid", "byte \(index)")
      }
      for text in ["", ".", "..", "a.b", "a.b.c.d", String(token) + "=", String(token) + "."] {
        #expect(try await answer(scene, token: text).status == 401, "\(text)")
      }
    }
  }

  // MARK: Making tokens by hand

  /// The code of the answer to a token with some claims; `nil` if it was taken.
  private func code(_ scene: Scene, _ claims: String) async throws -> String? {
    try await answer(scene, #"{"sub":"airline","role":"owner",\#(claims)}"#).code
  }

  private func answer(
    _ scene: Scene,
    _ claims: String,
    header: String = #"{"alg":"HS256"}"#,
  ) async throws -> Answer {
    let signed = Self.base64URL(header) + "." + Self.base64URL(claims)
    let path = scene.ledger.appending(path: "token.secret")
    let secret = try String(contentsOf: path, encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    let key = SymmetricKey(data: Data(secret.utf8))
    let code = HMAC<SHA256>.authenticationCode(for: Data(signed.utf8), using: key)
    return try await answer(scene, token: signed + "." + Self.base64URL(Data(code)))
  }

  private func answer(_ scene: Scene, token: String) async throws -> Answer {
    try await scene.get("/v1/bots", as: nil, headers: ["Authorization": "Bearer \(token)"])
  }

  private static func base64URL(_ text: String) -> String { base64URL(Data(text.utf8)) }

  private static func base64URL(_ data: Data) -> String {
    data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
      .replacing("=", with: "")
  }
}
