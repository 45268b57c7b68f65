import Conversations
import Crypto
import Foundation
import Testing

@testable import LedgerHTTP

/// Every signature case of Wycheproof through a running server that knows all of their keys of the
/// algorithms it takes.
@Suite
struct `A signature of Wycheproof` {
  @Test
  func `is good if they say so, and refused if not`() async throws {
    let groups = try Self.groups()
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "handover-wycheproof-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await Scene.with(arguments: try groups.flatMap { try $0.flags(in: folder) }) {
      scene async throws in
      var count = 0
      for group in groups {
        for test in group.tests {
          try await check(test, of: group, scene)
          count += 1
        }
      }
      #expect(count == 401)
    }
  }

  private func check(_ test: Case, of group: Group, _ scene: Scene) async throws {
    let answer = try await scene.get(
      "/v1/bots",
      as: nil,
      headers: ["Authorization": "Bearer \(test.jws)"],
    )
    let name = "\(group.comment) \(test.tcId) \(test.comment)"
    // No payload of theirs is a claims set, so none gets in; a good signature gets this far.
    let isGood = try answer.json["detail"]?.text?.contains("payload") == true
    #expect(answer.status == 401, "\(name)")
    switch test.result {
    case "valid" where group.isOurs && !Self.stricter.contains(test.comment):
      #expect(isGood, "\(name)")
    case "valid": break
    // Two that miss their padding are, letter for letter, the valid one.
    case _ where group.tests.contains { $0.result == "valid" && $0.jws == test.jws }: break
    // The purpose of a key is not in a PEM file: here the operator says it.
    default: #expect(!isGood || group.isMeantForEncryption, "\(name)")
    }
  }

  /// What they let pass and this server does not: base64url is exact (RFC 7515, section 2).
  private static let stricter: Set<String> = [
    "InvalidCharacterInsertedInHeader", "InvalidCharacterInsertedInPayload",
  ]

  private static func groups() throws -> [Group] {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Vectors/wycheproof/json_web_signature_test.json")
    return try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: file)).testGroups
  }

  private struct Vectors: Decodable {
    let testGroups: [Group]
  }

  struct Case: Decodable {
    let tcId: Int
    let comment: String
    let jws: String
    let result: String
  }

  struct Key: Decodable {
    let kty: String
    let kid: String?
    let alg: String?
    let crv: String?
    let use: String?
    let key_ops: [String]?
    let k: String?
    let x: String?
    let y: String?
  }

  struct Group: Decodable {
    let comment: String
    let `private`: Key?
    let `public`: Key?
    let tests: [Case]

    var key: Key? { `public` ?? `private` }

    var isOurs: Bool { key?.kty == "oct" || key?.crv == "P-256" }

    var isMeantForEncryption: Bool {
      key?.use == "enc" || key?.key_ops?.contains("encrypt") == true
        || `private`?.use == "enc" || `private`?.key_ops?.contains("encrypt") == true
    }

    /// The flags that make the group's key known, under its `kid`.
    func flags(in folder: URL) throws -> [String] {
      guard isOurs, let key, let kid = key.kid else { return [] }
      let file = folder.appending(path: kid)
      let name = "tokens.keys.\(kid)"
      if let secret = key.k.flatMap({ Base64URL.decode(Array($0.utf8)) }) {
        try Data(secret).write(to: file)
        return ["--set", "\(name).secret-file=\(file.path)"]
      }
      guard let x = key.x.flatMap({ Base64URL.decode(Array($0.utf8)) }),
        let y = key.y.flatMap({ Base64URL.decode(Array($0.utf8)) })
      else { return [] }
      let point = try P256.Signing.PublicKey(x963Representation: [0x04] + x + y)
      try Data(point.pemRepresentation.utf8).write(to: file)
      return ["--set", "\(name).algorithm=ES256", "--set", "\(name).public-key-file=\(file.path)"]
    }
  }
}

@Suite
struct `A token of the RFCs` {
  @Test
  func `is old, or not signed`() async throws {
    // The RFC's own key is refused at the start, so its token meets a server with another one.
    let examples = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Vectors/rfc/rfc7515_rfc7519.json")
    let tokens = try JSONDecoder().decode([Example].self, from: Data(contentsOf: examples))
    #expect(tokens.count == 2)
    try await Scene.with { scene async throws in
      for token in tokens {
        let answer = try await scene.get(
          "/v1/bots",
          as: nil,
          headers: ["Authorization": "JWT \(token.jws)"],
        )
        #expect(answer.code == "token_invalid", "\(token.id)")
      }
    }
  }

  @Test
  func `cannot be checked with the RFC's own key`() async throws {
    let key = Base64URL.decode(
      Array(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
          .utf8
      )
    )
    let file = FileManager.default.temporaryDirectory
      .appending(path: "rfc-secret-\(UUID().uuidString)")
    try Data(try #require(key)).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let answer = try await Tool.run(
      ["serve", "--check", "--set", "tokens.keys.main.secret-file=\(file.path)"]
    )
    #expect(answer.code == 78)
  }

  private struct Example: Decodable {
    let id: String
    let jws: String
  }
}
