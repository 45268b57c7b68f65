import AsyncHTTPClient
import Conversations
import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

/// What a call came to.
struct Answer: Sendable {
  let status: Int
  let headers: [String: String]
  let body: Data

  /// The body as text.
  var text: String { String(decoding: body, as: UTF8.self) }

  /// The body as JSON.
  var json: JSONValue {
    get throws { try JSONDecoder().decode(JSONValue.self, from: body) }
  }

  /// The `code` of a problem document.
  var code: String? { (try? json)?["code"]?.text }
}

extension JSONValue {
  /// A member of an object.
  subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members[name]
  }

  /// The elements of a list.
  var elements: [JSONValue] {
    guard case .array(let values) = self else { return [] }
    return values
  }

  /// The text of a string.
  var text: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// The number of a whole number.
  var number: Int64? {
    guard case .integer(let number) = self else { return nil }
    return number
  }
}

extension Scene {
  /// A client of all tests; it lives as long as they.
  private static let client = {
    var configuration = HTTPClient.Configuration()
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 256
    configuration.redirectConfiguration = .disallow
    return HTTPClient(
      eventLoopGroup: .singletonMultiThreadedEventLoopGroup,
      configuration: configuration,
    )
  }()

  /// Calls the server, and holds the answer against the description of the interface.
  ///
  /// - Parameters:
  ///   - method: The method.
  ///   - path: The path with its query.
  ///   - body: The body's text; none if `nil`.
  ///   - user: Whose token the call bears; none if `nil`.
  ///   - headers: Further header fields.
  /// - Returns: The answer, whole.
  /// - Throws: What kept the call from being answered.
  @discardableResult
  func call(
    _ method: String,
    _ path: String,
    _ body: String? = nil,
    as user: User? = .airline,
    headers: [String: String] = [:],
  ) async throws -> Answer {
    var request = HTTPClientRequest(url: server.url + path)
    request.method = HTTPMethod(rawValue: method)
    if let user { request.headers.add(name: "Authorization", value: "Bearer \(try token(user))") }
    if let body {
      request.headers.add(name: "Content-Type", value: "application/json")
      request.body = .bytes(ByteBuffer(string: body))
    }
    for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
    let response = try await Self.client.execute(request, timeout: .minutes(2))
    let bytes = try await response.body.collect(upTo: 64 << 20)
    let answer = Answer(
      status: Int(response.status.code),
      headers: Dictionary(
        response.headers.map { ($0.name.lowercased(), $0.value) },
        uniquingKeysWith: { "\($0), \($1)" },
      ),
      body: Data(bytes.readableBytesView),
    )
    if path.hasPrefix("/v1/") {
      for fault in Contract.shared.faults(of: answer, to: method, path) { Issue.record("\(fault)") }
    }
    return answer
  }

  /// Reads from the server.
  @discardableResult
  func get(
    _ path: String,
    as user: User? = .airline,
    headers: [String: String] = [:],
  ) async throws -> Answer {
    try await call("GET", path, as: user, headers: headers)
  }

  /// Posts to the server.
  @discardableResult
  func post(
    _ path: String,
    _ body: String = "{}",
    as user: User? = .airline,
    headers: [String: String] = [:],
  ) async throws -> Answer {
    try await call("POST", path, body, as: user, headers: headers)
  }
}
