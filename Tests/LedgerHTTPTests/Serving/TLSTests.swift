import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Testing

@Suite
struct `A server with certificate and key` {
  @Test
  func `speaks TLS, and nothing else`() async throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Vectors/tls").standardized
    let certificate = folder.appending(path: "certificate.pem").path
    let flags = [
      "--set", "tls.certificate=\(certificate)", "--set", "tls.key=\(folder.path)/key.pem",
    ]
    try await Scene.with(arguments: flags) { scene async throws in
      #expect(scene.server.url.hasPrefix("https://"))
      var configuration = HTTPClient.Configuration()
      var tls = TLSConfiguration.makeClientConfiguration()
      tls.trustRoots = .file(certificate)
      configuration.tlsConfiguration = tls
      let client = HTTPClient(
        eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
        configuration: configuration,
      )
      let request = HTTPClientRequest(url: scene.server.url + "/healthz")
      let response = try await client.execute(request, timeout: .minutes(1))
      #expect(response.status == .ok)
      try await client.shutdown()
      let plain = try await scene.raw("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(!plain.hasPrefix("HTTP/1.1 200"))
    }
  }
}
