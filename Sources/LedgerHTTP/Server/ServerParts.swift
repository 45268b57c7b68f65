import Logging

/// What routes and services stand on.
struct ServerParts: Sendable {
  /// How the server is set up.
  let configuration: ServeConfiguration
  /// The ledger.
  let gate: LedgerGate
  /// Who asks.
  let tokens: TokenCheck
  /// How often each client may ask.
  let rates: RequestRates
  /// The connections that are open.
  let connections: Connections
  /// The questions whose cost grows with the ledger.
  let questions: CostlyQuestions
  /// The live streams.
  let feed: EventFeed
  /// The couriers to the agent desks, by name.
  let desks: [String: DeskCourier]
  /// What is counted.
  let meters: ServerMeters
  /// The server's log.
  let logger: Logger
}
