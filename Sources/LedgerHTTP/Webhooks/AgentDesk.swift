import AsyncHTTPClient
import ConversationLedger
import Conversations
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// An agent desk: where it is told of claims and messages, and how posts to it are signed.
struct AgentDesk: Sendable {
  /// Its name in the configuration.
  let name: String
  /// How it is set up.
  let settings: ServeConfiguration.WebhookSettings
  /// Only what belongs to this owner is told; all if `nil`.
  let owner: OwnerID?
  private let signature: WebhookSignature

  /// What became of a post.
  enum Outcome: Sendable, CustomStringConvertible {
    /// The desk answered with 2xx.
    case accepted
    /// It answered otherwise, and perhaps when to come back.
    case answered(Int, retryAfter: Duration?)
    /// It did not answer.
    case unreachable(String)

    var description: String {
      switch self {
      case .accepted: "accepted"
      case .answered(let status, _): "it answered \(status)"
      case .unreachable(let error): "it did not answer: \(error)"
      }
    }

    /// How long the desk asked to be left alone, at most five minutes.
    var wait: Duration {
      if case .answered(_, let wait?) = self { return min(wait, .seconds(300)) }
      return .zero
    }
  }

  /// Sets a desk up.
  ///
  /// - Parameters:
  ///   - name: Its name, which is also that of its cursor.
  ///   - settings: Its addresses and secret.
  /// - Throws: `ConfigurationError` if they are malformed or the secret cannot be read.
  init(_ name: String, _ settings: ServeConfiguration.WebhookSettings) throws {
    self.name = name
    self.settings = settings
    owner = settings.owner.map { OwnerID.account($0) }
    signature = WebhookSignature(secret: try Self.secret(name, settings))
    let isPlain = name.utf8.allSatisfy { byte in
      (48...57).contains(byte) || (97...122).contains(byte | 32) || byte == 45 || byte == 95
    }
    guard isPlain, !name.isEmpty else {
      throw ConfigurationError("a desk's name has letters, digits, - and _, not: \(name)")
    }
    for address in [settings.url, settings.claimURL ?? settings.url] {
      guard let url = URL(string: address), ["http", "https"].contains(url.scheme) else {
        throw ConfigurationError("desk \(name): \(address) is no http or https address")
      }
    }
  }

  /// A client for the desk, to be shut down by who asked for it.
  func makeClient() -> HTTPClient {
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    configuration.timeout.connect = .seconds(Int64(settings.timeoutSeconds))
    return HTTPClient(
      eventLoopGroup: .singletonMultiThreadedEventLoopGroup,
      configuration: configuration,
    )
  }

  /// The fewest bytes of a secret, as the Standard Webhooks specification has them.
  private static let secretLength = 24

  private static func secret(
    _ name: String,
    _ settings: ServeConfiguration.WebhookSettings,
  ) throws -> String {
    var secret = settings.secret ?? ""
    if let file = settings.secretFile {
      guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
        throw ConfigurationError("desk \(name): the secret file \(file) cannot be read")
      }
      secret = text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    let count = WebhookSignature.key(of: secret).count
    guard count >= secretLength else {
      throw ConfigurationError(
        "desk \(name) needs a secret of at least \(secretLength) bytes to sign with, and has "
          + "\(count); make one: openssl rand -base64 32"
      )
    }
    return secret
  }

  /// Posts once.
  func send(_ post: DeskPost, by client: HTTPClient) async -> Outcome {
    let url = post.kind == .claim ? settings.claimURL ?? settings.url : settings.url
    var request = HTTPClientRequest(url: url)
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    request.headers.add(name: "user-agent", value: "handover")
    let seconds = Int64(Date().timeIntervalSince1970)
    let id = "\(name)-\(post.position)"
    for (name, value) in signature.headers(id: id, seconds: seconds, body: post.body) {
      request.headers.add(name: name, value: value)
    }
    request.body = .bytes(ByteBuffer(bytes: post.body))
    do {
      let timeout = TimeAmount.seconds(Int64(settings.timeoutSeconds))
      let response = try await client.execute(request, timeout: timeout)
      if (200...299).contains(response.status.code) { return .accepted }
      let wait = response.headers.first(name: "retry-after").flatMap { Int($0) }
      return .answered(Int(response.status.code), retryAfter: wait.map { .seconds($0) })
    } catch {
      return .unreachable("\(error)")
    }
  }
}
