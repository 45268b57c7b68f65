import Conversations
import Crypto
import Foundation
import LedgerHTTP
import Testing

@Suite
struct `The server's keys` {
  @Test(arguments: ["ES256", "EdDSA"])
  func `may be public keys alone`(algorithm: String) async throws {
    try await withKeys(algorithm) { privateFile, publicFile in
      try await Scene.with(arguments: Self.flags("main", algorithm, "public-key-file", publicFile))
      {
        scene async throws in
        let signer = try await Tool.run(
          ["token", "issue", "airline", "--role", "owner"]
            + Self.flags("main", algorithm, "private-key-file", privateFile)
        )
        #expect(signer.code == 0)
        let token = signer.output.trimmingCharacters(in: .newlines)
        #expect(try await status(scene, token) == 200)
        #expect(try await status(scene, try scene.token(.airline)) == 401)
      }
    }
  }

  @Test
  func `change one at a time, by kid`() async throws {
    let secrets = ["old", "new"].map { "\($0)-secret-that-is-long-enough-\($0)-0123456789" }
    var both = Self.flags("old", "HS256", "secret", secrets[0])
    both += Self.flags("new", "HS256", "secret", secrets[1]) + ["--set", "tokens.sign-with=new"]
    try await Scene.with(arguments: both) { scene async throws in
      for (kid, secret) in zip(["old", "new"], secrets) {
        let issued = try await Tool.run(
          ["token", "issue", "airline", "--role", "owner"]
            + Self.flags(kid, "HS256", "secret", secret)
        )
        let token = issued.output.trimmingCharacters(in: .newlines)
        #expect(try await status(scene, token) == 200, "\(kid)")
      }
      // A secret under the other's name is no key.
      let issued = try await Tool.run(
        ["token", "issue", "airline", "--role", "owner"]
          + Self.flags("old", "HS256", "secret", secrets[1])
      )
      #expect(try await status(scene, issued.output.trimmingCharacters(in: .newlines)) == 401)
    }
  }

  @Test
  func `do not let a public key pass for a secret`() async throws {
    try await withKeys("ES256") { _, publicFile in
      try await Scene.with(arguments: Self.flags("main", "ES256", "public-key-file", publicFile)) {
        scene async throws in
        let issued = try await Tool.run(
          ["token", "issue", "airline", "--role", "owner"]
            + Self.flags("main", "HS256", "secret-file", publicFile)
        )
        #expect(issued.code == 0)
        #expect(try await status(scene, issued.output.trimmingCharacters(in: .newlines)) == 401)
      }
    }
  }

  @Test(arguments: [
    "short", "0123456789012345678901234567890",
    // Long enough, and known to every reader of RFC 7515.
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
  ])
  func `are refused at the start if short or known`(secret: String) async throws {
    let answer = try await Tool.run(
      ["serve", "--check"] + Self.flags("main", "HS256", "secret", secret)
    )
    #expect(answer.code == 78)
    #expect(answer.error.contains("tokens.keys.main"))
    #expect(!answer.error.contains(secret) || secret == "short")
  }

  @Test
  func `are refused at the start if they are no keys`() async throws {
    let folder = FileManager.default.temporaryDirectory
    let file = folder.appending(path: "no-key-\(UUID().uuidString).pem")
    try Data("-----BEGIN NOTHING-----".utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    for flags in [
      Self.flags("main", "ES256", "public-key-file", file.path),
      Self.flags("main", "EdDSA", "public-key-file", file.path),
      Self.flags("main", "HS256", "secret-file", folder.appending(path: "none").path),
      ["--set", "tokens.keys.main.algorithm=ES256"], ["--set", "tokens.keys.main.algorithm=none"],
      ["--set", "tokens.keys.main.algorithm=HS256"], ["--set", "tokens.sign-with=main"],
    ] {
      #expect(try await Tool.run(["serve", "--check"] + flags).code == 78, "\(flags)")
    }
  }

  private static func flags(
    _ kid: String,
    _ algorithm: String,
    _ name: String,
    _ value: String,
  )
    -> [String]
  {
    [
      "--set", "tokens.keys.\(kid).algorithm=\(algorithm)",
      "--set", "tokens.keys.\(kid).\(name)=\(value)",
    ]
  }

  private func status(_ scene: Scene, _ token: String) async throws -> Int {
    try await scene.get("/v1/bots", as: nil, headers: ["Authorization": "Bearer \(token)"]).status
  }

  /// Writes a key pair into files and runs a body with their paths.
  private func withKeys(
    _ algorithm: String,
    _ body: (_ privateFile: String, _ publicFile: String) async throws -> Void,
  ) async throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "handover-keys-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = ["private.pem", "public.pem"].map { folder.appending(path: $0) }
    let pems: [String]
    if algorithm == "ES256" {
      let key = P256.Signing.PrivateKey()
      pems = [key.pemRepresentation, key.publicKey.pemRepresentation]
    } else {
      pems = Self.edwardsKeys()
    }
    for (pem, file) in zip(pems, files) { try Data(pem.utf8).write(to: file) }
    try await body(files[0].path, files[1].path)
  }

  /// A pair of Ed25519 in PEM: the fixed prefixes of RFC 8410 before the raw keys.
  private static func edwardsKeys() -> [String] {
    let key = Curve25519.Signing.PrivateKey()
    let secret: [UInt8] = [
      0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04,
      0x20,
    ]
    let open: [UInt8] = [
      0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
    ]
    return [
      pem("PRIVATE KEY", Data(secret) + key.rawRepresentation),
      pem("PUBLIC KEY", Data(open) + key.publicKey.rawRepresentation),
    ]
  }

  private static func pem(_ name: String, _ der: Data) -> String {
    "-----BEGIN \(name)-----\n\(der.base64EncodedString())\n-----END \(name)-----\n"
  }
}
