import ConversationLedger
import Logging

/// Tells agent desks what happens.
enum DeskWebhooks {
  /// The couriers to the desks of a configuration, by name.
  ///
  /// - Throws: `ConfigurationError` if a desk is malformed.
  static func couriers(
    _ configuration: ServeConfiguration,
    _ ledger: Ledger,
    _ gate: LedgerGate,
    _ logger: Logger,
  ) throws -> [String: DeskCourier] {
    try configuration.webhooks.reduce(into: [:]) { couriers, entry in
      let desk = try AgentDesk(entry.key, entry.value)
      couriers[entry.key] = DeskCourier(ledger, gate, desk, logger: logger)
    }
  }
}
