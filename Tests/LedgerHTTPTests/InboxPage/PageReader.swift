import Conversations
import Foundation

/// Somebody with a browser that runs no scripts: keeps cookies, follows links, sends forms.
struct PageReader {
  let scene: Scene
  /// The cookies by name.
  private(set) var cookies: [String: String] = [:]
  /// Header fields that every request bears.
  var headers: [String: String] = [:]

  init(_ scene: Scene) { self.scene = scene }

  /// Signs in by the form.
  mutating func signIn(as user: User, back: String = "/") async throws -> Answer {
    let form = try await get("/login")
    return try await post(
      "/login",
      ["csrf": field("csrf", form), "token": try scene.token(user), "return": back],
    )
  }

  /// Loads a page.
  mutating func get(_ path: String) async throws -> Answer {
    keep(try await scene.call("GET", path, as: nil, headers: fields))
  }

  /// Loads a page, following where it leads.
  mutating func follow(_ path: String) async throws -> Answer {
    var answer = try await get(path)
    while let next = answer.headers["location"] { answer = try await get(next) }
    return answer
  }

  /// Sends a form.
  mutating func post(_ path: String, _ values: [String: String]) async throws -> Answer {
    let body = values.map { "\($0)=\(Self.encoded($1))" }.joined(separator: "&")
    let type = ["Content-Type": "application/x-www-form-urlencoded"]
    return keep(
      try await scene.call("POST", path, body, as: nil, headers: fields.merging(type) { $1 })
    )
  }

  /// The value of a hidden field.
  func field(_ name: String, _ page: Answer) -> String {
    let all = page.text.matches(of: #/name="(?<name>[a-z]+)" value="(?<value>[^"]*)"/#)
    return Self.plain(all.first { $0.output.name == name }?.output.value ?? "")
  }

  private var fields: [String: String] {
    guard !cookies.isEmpty else { return headers }
    let cookie = cookies.sorted { $0.key < $1.key }.map { "\($0)=\($1)" }.joined(separator: "; ")
    return headers.merging(["Cookie": cookie]) { $1 }
  }

  private mutating func keep(_ answer: Answer) -> Answer {
    let set = answer.headers["set-cookie"] ?? ""
    for match in set.matches(of: #/(handover_[a-z]+)=([^;,]*)/#) {
      cookies[String(match.output.1)] = String(match.output.2)
    }
    return answer
  }

  private static func encoded(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
  }

  private static func plain(_ text: Substring) -> String {
    String(text).replacing("&#39;", with: "'").replacing("&quot;", with: "\"")
      .replacing("&amp;", with: "&")
  }
}
