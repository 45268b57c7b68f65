import ConversationLedger
import Logging
import ServiceLifecycle

/// How often it is looked whether other processes left notes of what they read.
private let noteInterval = Duration.seconds(1)

/// Takes the notes into the log that processes beside the server left of what they read.
struct TakesInReadings: Service {
  private let gate: LedgerGate
  private let logger: Logger

  init(_ parts: ServerParts) { (gate, logger) = (parts.gate, parts.logger) }

  /// Looks once a second until the server stops.
  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          try await gate.takeInReadings()
        } catch {
          logger.warning("notes of readings wait: \(error)")
        }
        try? await Task.sleep(for: noteInterval)
      }
    }
  }
}

/// Compares every record with its leaf, slowly, round and round, while the server runs.
struct ScrubsLog: Service {
  private let gate: LedgerGate
  private let meters: ServerMeters
  private let logger: Logger
  private let rate: Int

  init(_ parts: ServerParts) {
    (gate, meters, logger) = (parts.gate, parts.meters, parts.logger)
    rate = parts.configuration.scrubRecordsPerSecond
  }

  /// Walks until the server stops; never if the rate is zero.
  func run() async throws {
    guard rate > 0 else {
      try? await gracefulShutdown()
      return
    }
    let scrub = gate.scrub(recordsPerSecond: rate)
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          try await scrub.run { report(on: $0) }
        } catch {
          logger.error("the log cannot be compared with its tree: \(error)")
          try? await Task.sleep(for: .seconds(60))
        }
      }
    }
  }

  private func report(on piece: LogScrub.Report) {
    meters.scrubbed(piece)
    for finding in piece.findings {
      logger.error("position \(finding.position) is damaged: \(finding.what); restore a backup")
    }
  }
}
