import Foundation
import NIOCore
import Yams

extension ServeConfiguration {
  /// Takes the settings of a YAML file.
  ///
  /// - Parameter path: The file.
  /// - Throws: `ConfigurationError` with the file and the setting that is wrong.
  public mutating func read(file path: String) throws {
    let text: String
    do {
      text = try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw ConfigurationError("\(path) cannot be read: \(error.localizedDescription)")
    }
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch {
      throw ConfigurationError("\(path) is not YAML: \(error)")
    }
    guard let node else { return }
    for (name, value) in try Self.values(in: node, under: "", path) {
      try set(name, to: value, from: path)
    }
  }

  /// Takes the settings of the environment.
  ///
  /// The variables are the settings' names in capitals: `HANDOVER_LIMITS_BODY_BYTES`. Those of the
  /// master key are no settings: every command takes them.
  ///
  /// - Parameter variables: The environment.
  /// - Returns: The variables that look like settings and are none.
  /// - Throws: `ConfigurationError` with the variable that is wrong.
  public mutating func read(environment variables: [String: String]) throws -> [String] {
    var unknown: [String] = []
    for (variable, value) in variables.sorted(by: { $0.key < $1.key })
    where variable.hasPrefix("HANDOVER_") && !variable.hasPrefix("HANDOVER_MASTER_KEY") {
      let known = Setting.all.lazy.compactMap { setting in
        setting.own(inVariable: variable).map { (setting, $0) }
      }
      // `…_DESK_CLAIM_URL` is the claim address of `desk`, not the address of `desk_claim`.
      let fitting = known.max { $0.0.name.utf8.count < $1.0.name.utf8.count }
      guard let (setting, own) = fitting else {
        unknown.append(variable)
        continue
      }
      try apply(setting, own, value, "the variable \(variable)")
    }
    return unknown
  }

  /// Takes one setting, as a flag gives it.
  ///
  /// - Parameters:
  ///   - name: The setting's name: `limits.body-bytes`.
  ///   - value: Its value.
  ///   - source: Where it comes from, for the sentence.
  /// - Throws: `ConfigurationError` if there is no such setting, or the value is wrong.
  public mutating func set(_ name: String, to value: String, from source: String) throws {
    let known = Setting.all.lazy.compactMap { setting in
      setting.own(in: name).map { (setting, $0) }
    }
    guard let (setting, own) = known.first else {
      let names = Setting.all.map(\.name).joined(separator: ", ")
      throw ConfigurationError("\(source): there is no setting \(name); there are \(names)")
    }
    try apply(setting, own, value, "\(source): \(name)")
  }

  private mutating func apply(
    _ setting: Setting,
    _ own: String,
    _ value: String,
    _ source: String,
  ) throws {
    do {
      try setting.apply(&self, own, value)
    } catch let error as ConfigurationError {
      throw ConfigurationError("\(source): \(error)")
    }
  }

  /// The scalars of a node, each with its name.
  private static func values(
    in node: Node,
    under name: String,
    _ path: String,
  ) throws -> [(String, String)] {
    switch node {
    case .scalar(let scalar):
      guard !name.isEmpty else { break }
      return [(name, scalar.string)]
    case .mapping(let mapping):
      var names: Set<String> = []
      return try mapping.flatMap { key, value in
        guard let word = key.string, names.insert(word).inserted else {
          throw ConfigurationError("\(path): a setting under \(name) is there twice")
        }
        return try values(in: value, under: name.isEmpty ? word : "\(name).\(word)", path)
      }
    case .sequence, .alias: break
    }
    throw ConfigurationError("\(path): settings are names and values, not lists")
  }

  /// Checks what no setting can see alone.
  ///
  /// - Throws: `ConfigurationError` with what does not fit together.
  public func check() throws {
    if let tls, tls.certificate.isEmpty || tls.key.isEmpty {
      throw ConfigurationError("tls needs both certificate and key")
    }
    try checkPlace()
    if let kid = tokens.signWith, tokens.keys[kid] == nil {
      throw ConfigurationError("tokens.sign-with names \(kid), which is no key of tokens.keys")
    }
    for (name, webhook) in webhooks.sorted(by: { $0.key < $1.key }) {
      _ = try AgentDesk(name, webhook)
    }
  }

  /// Checks how the server is reached.
  private func checkPlace() throws {
    if let publicURL {
      guard let url = URL(string: publicURL), ["http", "https"].contains(url.scheme?.lowercased()),
        url.host() != nil
      else { throw ConfigurationError("public-url: \(publicURL) is no http or https address") }
    }
    for proxy in proxies.sorted() {
      do {
        _ = try SocketAddress(ipAddress: proxy, port: 0)
      } catch {
        throw ConfigurationError("proxies: \(proxy) is no address such as 10.0.0.7 or fd00::7")
      }
    }
    guard limits.waitingBytes >= limits.answerBytes else {
      throw ConfigurationError(
        "limits.waiting-bytes is at least limits.answer-bytes, or no such answer is ever sent"
      )
    }
  }
}
