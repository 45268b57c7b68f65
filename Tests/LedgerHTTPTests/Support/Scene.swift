import AsyncHTTPClient
import ConversationLedger
import Conversations
import Foundation
import LedgerHTTP
import NIOCore

/// A server on a ledger of its own, with a network of bots to hand over between.
///
/// `Flights` and `Hotels` (on the web) and `Cars` (on Messenger) are of the owner `airline` and
/// enabled; `Trains` is not enabled; `Rival` is of the owner `rival`. Each has module 1.
final class Scene: Sendable {
  /// The running server.
  let server: ServerProcess
  /// The ledger's folder.
  let ledger: URL
  private let keys: TokenKeys

  private init(_ server: ServerProcess, _ ledger: URL, _ keys: TokenKeys) {
    (self.server, self.ledger, self.keys) = (server, ledger, keys)
  }

  /// Starts a server on a new ledger, runs a body, stops the server, and removes the ledger.
  static func with(
    arguments: [String] = [],
    environment: [String: String] = [:],
    _ body: (Scene) async throws -> Void,
  ) async throws {
    await places.take()
    defer { places.give() }
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "handover-scene-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let ledger = folder.appending(path: "ledger")
    try await onThread { try enterNetwork(at: ledger) }
    var configuration = ServeConfiguration()
    configuration.ledger = ledger.path
    let keys = try await TokenKeys(configuration)
    let server = try await ServerProcess.start(
      ledger: ledger,
      arguments: arguments,
      environment: Self.unhurried.merging(environment) { $1 },
    )
    do {
      try await body(Scene(server, ledger, keys))
    } catch {
      try await server.stop(SIGKILL)
      throw error
    }
    try await server.stop()
  }

  /// Starts another server on the same ledger, when the first one has ended.
  func restarted(
    arguments: [String] = [],
    environment: [String: String] = [:],
  ) async throws -> Scene {
    let server = try await ServerProcess.start(
      ledger: ledger,
      arguments: arguments,
      environment: Self.unhurried.merging(environment) { $1 },
    )
    return Scene(server, ledger, keys)
  }

  /// The scenes that are set at the same time.
  private static let places = Places(24)

  /// Tests ask faster than people do.
  private static let unhurried = [
    "HANDOVER_LIMITS_OPEN_BYTES_PER_SECOND": "0",
    "HANDOVER_LIMITS_OPEN_REQUESTS_PER_SECOND": "0",
    "HANDOVER_LIMITS_VISITOR_BYTES_PER_SECOND": "0",
    "HANDOVER_LIMITS_VISITOR_REQUESTS_PER_SECOND": "0",
  ]

  /// The identifier of a bot of the network.
  static func bot(_ name: String) -> BotID { .named("bot", name) }

  /// The identifier of a bot's deployment.
  static func deployment(_ name: String) -> DeploymentID { .named("deployment", name) }

  /// A token, good for an hour unless it is said otherwise.
  func token(_ user: User, lasting seconds: Int64 = 3_600) throws -> String {
    var claims = TokenClaims(
      sub: user.name,
      role: user.role,
      exp: Int64(Date().timeIntervalSince1970) + seconds,
    )
    claims.owner = user.owner
    return try keys.token(claims)
  }

  /// Enters the bots.
  private static func enterNetwork(at folder: URL) throws {
    let ledger = try Ledger(at: folder.path, for: .writing(creating: true), options: .small)
    defer { ledger.close() }
    var commands: [RegistryCommand] = []
    for (bot, owner, channel) in [
      ("Flights", "airline", "web"), ("Hotels", "airline", "web"),
      ("Cars", "airline", "messenger"),
      ("Trains", "airline", "web"), ("Rival", "rival", "web"),
    ] {
      let (id, account) = (Self.bot(bot), OwnerID.account(owner))
      commands += [
        .registerOwner(account, name: owner),
        .registerBot(id, owner: account, name: bot, sessionMinutes: nil),
        .registerDeployment(deployment(bot), bot: id, channel: channel),
      ]
      if let module = ModuleID(1) {
        commands.append(.defineModule(id, module, name: "Welcome"))
      }
      if bot != "Trains" { commands.append(.enableHandover(id)) }
    }
    _ = try ledger.submitAndWait(commands.map { .registry($0, by: .trusted) })
  }
}

extension Ledger.Options {
  /// A map that takes little of the address space, which all the tests of a process share.
  static var small: Self {
    var options = Self()
    options.mapSizeInBytes = 1 << 30
    return options
  }
}

/// Who calls.
struct User: Hashable, Sendable {
  let name: String
  let role: String
  var owner: String?

  /// The owner of all bots but `Rival`.
  static let airline = User(name: "airline", role: "owner")
  /// The owner of `Rival`.
  static let rival = User(name: "rival", role: "owner")
  /// An agent of the airline's.
  static let eve = User(name: "eve", role: "agent", owner: "airline")
  /// Another one.
  static let joe = User(name: "joe", role: "agent", owner: "airline")
  /// An agent of the rival's.
  static let mallory = User(name: "mallory", role: "agent", owner: "rival")
  /// Platform staff.
  static let admin = User(name: "root", role: "admin")
  /// Reads everything.
  static let auditor = User(name: "audra", role: "auditor")
  /// A visitor.
  static let anna = User(name: "anna", role: "visitor")
  /// Another one.
  static let ben = User(name: "ben", role: "visitor")
}
