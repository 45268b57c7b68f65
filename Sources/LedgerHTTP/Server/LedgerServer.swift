public import ConversationLedger
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle
import UnixSignals

/// The server: a ledger behind HTTP, until it is told to stop.
///
/// ```swift
/// try await LedgerServer(configuration).run(on: ledger) { print($0.url) }
/// ```
public struct LedgerServer: Sendable {
  private let configuration: ServeConfiguration
  private let keys: TokenKeys
  private let logger: Logger
  private let tls: TLSConfiguration?

  /// Where a server listens.
  public struct Place: Sendable, Hashable {
    /// The address of the inbox page.
    public let url: String
    /// The port.
    public let port: Int
  }

  /// Sets a server up.
  ///
  /// - Parameters:
  ///   - configuration: How.
  ///   - isChecking: Whether it is only to be seen that it could be: then nothing is made.
  /// - Throws: `ConfigurationError` if it cannot be.
  public init(_ configuration: ServeConfiguration, checking isChecking: Bool = false) async throws {
    try configuration.check()
    self.configuration = configuration
    logger = try Logger.server(configuration.log)
    tls = try configuration.tls.map { try .serving($0) }
    keys = try await TokenKeys(configuration, making: !isChecking)
  }

  /// Serves a ledger until SIGTERM or SIGINT: running requests are answered, then the ledger is
  /// closed.
  ///
  /// - Parameters:
  ///   - ledger: The ledger, open for writing.
  ///   - onListening: Hears where the server listens, once.
  /// - Throws: What made it impossible to serve: an address in use, a bad certificate.
  public func run(
    on ledger: Ledger,
    onListening: @escaping @Sendable (Place) -> Void,
  ) async throws {
    let threads = QuestionThreads(configuration.questions)
    let parts = try parts(on: ledger, threads)
    let application = try application(parts, onListening)
    var group = ServiceGroupConfiguration(
      services: [ClosesLedger(ledger, on: threads.watchers)] + Self.services(parts) + [
        application, parts.feed, CutsQuestionsOff(threads.costly),
      ],
      gracefulShutdownSignals: [.sigterm, .sigint],
      logger: logger,
    )
    group.maximumGracefulShutdownDuration = .seconds(configuration.stopSeconds)
    try await ServiceGroup(configuration: group).run()
    try await threads.shutDown()
  }

  /// What the routes and services stand on.
  func parts(on ledger: Ledger, _ threads: QuestionThreads) throws -> ServerParts {
    let meters = ServerMeters()
    let gate = LedgerGate(ledger, threads, meters: meters)
    let connections = Connections(configuration)
    return ServerParts(
      configuration: configuration,
      gate: gate,
      tokens: TokenCheck(keys, configuration.tokens),
      rates: RequestRates(configuration),
      connections: connections,
      questions: threads.costly,
      feed: EventFeed(
        ledger,
        gate,
        connections,
        limits: configuration.live.limits,
        logger: logger,
      ),
      desks: try DeskWebhooks.couriers(configuration, ledger, gate, logger),
      meters: meters,
      logger: logger,
    )
  }

  private func application(
    _ parts: ServerParts,
    _ onListening: @escaping @Sendable (Place) -> Void,
  ) throws -> some Service {
    let (host, scheme) = (configuration.address, configuration.tls == nil ? "http" : "https")
    return Application(
      router: try Self.router(parts),
      server: try serverBuilder(parts.connections),
      configuration: ApplicationConfiguration(
        address: .hostname(host, port: configuration.port),
        serverName: "handover",
      ),
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? 0
        let name = host.contains(":") ? "[\(host)]" : host
        onListening(Place(url: "\(scheme)://\(name):\(port)/", port: port))
      },
      logger: logger,
    )
  }

  private func serverBuilder(_ connections: Connections) throws -> HTTPServerBuilder {
    let limits = configuration.limits
    var channel = HTTP1Channel.Configuration(
      additionalChannelHandlers: [ConnectionGuard(configuration, connections)],
      idleTimeout: .seconds(Int64(limits.idleSeconds)),
    )
    channel.httpDecoder.maxHeaderListSize = limits.headerBytes
    channel.httpDecoder.maxHeaderFieldSize = limits.headerBytes
    let plain = HTTPServerBuilder { [channel] responder in
      let base = HTTP1Channel(responder: responder, configuration: channel)
      return LoopChannel(base, limits, connections)
    }
    return try tls.map { try .tls(plain, tlsConfiguration: $0) } ?? plain
  }
}

/// Cuts costly questions off when the server is to stop, so that nobody waits for them.
private struct CutsQuestionsOff: Service {
  private let questions: CostlyQuestions

  init(_ questions: CostlyQuestions) { self.questions = questions }

  func run() async throws {
    try? await gracefulShutdown()
    questions.stop()
  }
}

/// Closes the ledger when everything that uses it has ended: it stands first, so it is told last.
private struct ClosesLedger: Service {
  private let ledger: Ledger
  private let threads: NIOThreadPool

  init(_ ledger: Ledger, on threads: NIOThreadPool) {
    self.ledger = ledger
    self.threads = threads
  }

  func run() async throws {
    // A stop that takes too long cancels instead; then whoever opened the ledger closes it.
    try? await gracefulShutdown()
    let ledger = ledger
    try? await threads.runIfActive { ledger.close() }
  }
}
