import Foundation
import Testing

@testable import LedgerHTTP

@Suite
struct `The settings of the server` {
  @Test
  func `rise in strength from the file to the environment to the flags`() async throws {
    try await withFile("port: 1\nlimits:\n  body-bytes: 2\n  header-bytes: 1000\n") { path in
      var configuration = ServeConfiguration()
      try configuration.read(file: path)
      #expect(configuration.port == 1)
      let unknown = try configuration.read(
        environment: ["HANDOVER_LIMITS_BODY_BYTES": "3", "HOME": "/", "HANDOVER_COLOUR": "red"]
      )
      #expect(unknown == ["HANDOVER_COLOUR"])
      try configuration.set("limits.header-bytes", to: "4000", from: "--set")
      #expect(configuration.port == 1)
      #expect(configuration.limits.bodyBytes == 3)
      #expect(configuration.limits.headerBytes == 4_000)
    }
  }

  @Test
  func `have keys and webhooks under names of the operator's own`() async throws {
    let file = """
      tokens:
        audience: ledger
        keys:
          main: {algorithm: ES256, public-key-file: a.pem}
      webhooks:
        desk: {url: "https://desk.example/hooks", owner: airline}
      """
    try await withFile(file) { path in
      var configuration = ServeConfiguration()
      try configuration.read(file: path)
      _ = try configuration.read(environment: ["HANDOVER_TOKENS_KEYS_OLD_SECRET_FILE": "b"])
      #expect(configuration.tokens.keys["main"]?.algorithm == .es256)
      #expect(configuration.tokens.keys["main"]?.publicKeyFile == "a.pem")
      #expect(configuration.tokens.keys["old"]?.secretFile == "b")
      #expect(configuration.webhooks["desk"]?.owner == "airline")
    }
  }

  @Test(arguments: [
    "port: 70000", "port: many", "ports: 1", "limits: 7", "limits: [1]", "- port",
    "port: 1\nport: 2",
    "a: {", "log: {format: xml}", "tls: {certificate: x}", "log: {level: loud}",
    "tokens: {keys: {main: {algorithm: none}}}", "webhooks: {desk: {url: ftp://x}}",
    "tls: {certificate: /nowhere, key: /nowhere}", "public-url: ledger.example",
    "proxies: 10.0.0.1, proxy.example", "limits: {waiting-bytes: 10}",
  ])
  func `are refused with the place that is wrong`(file: String) async throws {
    try await withFile(file) { path in
      let answer = try await Tool.run(["serve", "--check", "--config", path])
      #expect(answer.code == 78, "\(answer.error)")
      #expect(!answer.error.isEmpty)
      #expect(answer.output.isEmpty)
    }
  }

  @Test
  func `are validated without serving`() async throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "handover-check-\(UUID().uuidString)")
    let answer = try await Tool.run(["serve", "--check", "--ledger", folder.path])
    #expect(answer.code == 0)
    #expect(!FileManager.default.fileExists(atPath: folder.path))
    #expect(try await Tool.run(["serve", "--check", "--config", "/nowhere"]).code == 78)
    #expect(try await Tool.run(["serve", "--check", "--port", "x"]).code == 64)
    #expect(try await Tool.run(["serve", "--check", "--set", "port"]).code == 64)
  }

  @Test
  func `are all in the operating guide`() throws {
    let guide = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../../docs/operating.md").standardized
    let text = try String(contentsOf: guide, encoding: .utf8)
    for setting in Setting.all { #expect(text.contains("`\(setting.name)`"), "\(setting.name)") }
  }

  @Test
  func `make log lines of JSON`() async throws {
    try await Scene.with(arguments: ["--log-format", "json"]) { scene async throws in
      try await scene.server.stop()
      let lines = scene.server.log.split(separator: "\n")
      #expect(!lines.isEmpty)
      for line in lines {
        let members = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
        #expect(members["level"] != nil && members["time"] != nil && members["message"] != nil)
      }
    }
  }

  @Test
  func `bind to this machine alone unless they say otherwise`() async throws {
    try await Scene.with { scene in #expect(scene.server.url.hasPrefix("http://127.0.0.1:")) }
    #expect(ServeConfiguration().address == "127.0.0.1")
  }

  private func withFile(_ text: String, _ body: (String) async throws -> Void) async throws {
    let file = FileManager.default.temporaryDirectory
      .appending(path: "handover-\(UUID().uuidString).yaml")
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    try await body(file.path)
  }
}
