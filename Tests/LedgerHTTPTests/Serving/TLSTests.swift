import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Testing

@Suite
struct `A server with certificate and key` {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../Vectors/tls").standardized
  private static let flags = [
    "--set", "tls.certificate=\(folder.path)/certificate.pem", "--set",
    "tls.key=\(folder.path)/key.pem",
  ]

  /// Asks the server, by TLS as it is set up.
  private func ask(
    _ scene: Scene,
    _ change: (inout TLSConfiguration) -> Void = { _ in },
  ) async throws -> HTTPClientResponse {
    var configuration = HTTPClient.Configuration()
    var tls = TLSConfiguration.makeClientConfiguration()
    tls.trustRoots = .file(Self.folder.appending(path: "certificate.pem").path)
    change(&tls)
    configuration.tlsConfiguration = tls
    // A handshake that fails is tried again for as long as connecting may take.
    configuration.timeout.connect = .seconds(2)
    let client = HTTPClient(
      eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
      configuration: configuration,
    )
    let request = HTTPClientRequest(url: scene.server.url + "/healthz")
    let result: Result<HTTPClientResponse, any Error>
    do {
      result = .success(try await client.execute(request, timeout: .minutes(1)))
    } catch {
      result = .failure(error)
    }
    try await client.shutdown()
    return try result.get()
  }

  @Test
  func `speaks TLS, and nothing else`() async throws {
    try await Scene.with(arguments: Self.flags) { scene async throws in
      #expect(scene.server.url.hasPrefix("https://"))
      let response = try await ask(scene)
      #expect(response.status == .ok)
      let policy = response.headers.first(name: "strict-transport-security")
      #expect(policy == "max-age=31536000")
      let plain = try await scene.raw("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(!plain.hasPrefix("HTTP/1.1 200"))
    }
  }

  @Test
  func `speaks no version and no cipher that is broken`() async throws {
    try await Scene.with(arguments: Self.flags) { scene async throws in
      let good = try await ask(scene) {
        $0.maximumTLSVersion = .tlsv12
        $0.cipherSuiteValues = [.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]
      }
      #expect(good.status == .ok)
      await #expect(throws: (any Error).self) {
        try await ask(scene) {
          $0.maximumTLSVersion = .tlsv12
          $0.cipherSuiteValues = [
            .TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, .TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
          ]
        }
      }
      await #expect(throws: (any Error).self) {
        try await ask(scene) {
          $0.minimumTLSVersion = .tlsv1
          $0.maximumTLSVersion = .tlsv11
        }
      }
    }
  }
}
