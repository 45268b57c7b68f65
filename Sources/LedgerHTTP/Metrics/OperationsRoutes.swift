import ConversationLedger
import HTTPTypes
import Hummingbird
import NIOCore

/// Health, readiness and metrics; without a token, for they say nothing of what people wrote.
struct OperationsRoutes: Sendable {
  private let parts: ServerParts

  init(_ parts: ServerParts) { self.parts = parts }

  func add(to router: Router<CallContext>) {
    router.get("healthz") { _, _ in "ok\n" }
    router.get("readyz", use: readiness)
    router.get("metrics", use: metrics)
  }

  /// Says whether calls would be answered: the log can be read, and there is room for appends in
  /// its map and on its disk.
  private func readiness(_ request: Request, _ context: CallContext) async throws -> Response {
    let (statistics, disk) = try await parts.gate.watch { ledger in
      (try ledger.statistics(), DiskState(of: ledger.path))
    }
    if let problem = Problem(hindering: statistics, disk) { throw problem }
    let warning = ClockWarning(behindSeconds: statistics.clockBehindSeconds)
    let lines = ["ready"] + (warning.map { ["warning: \($0)"] } ?? [])
    return Response(
      status: .ok,
      headers: [.contentType: "text/plain; charset=utf-8"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: lines.joined(separator: "\n") + "\n")),
    )
  }

  private func metrics(_ request: Request, _ context: CallContext) async throws -> Response {
    let statistics = try await parts.gate.watch { try $0.statistics() }
    var page = MetricsText()
    page.add(statistics)
    page.add(parts.meters.counts)
    page.add(parts.feed.statistics)
    page.add(parts.connections.statistics)
    page.add(parts.questions.statistics)
    page.add(parts.desks.mapValues(\.progress), behind: statistics.position)
    return Response(
      status: .ok,
      headers: [.contentType: MetricsText.mediaType],
      body: ResponseBody(byteBuffer: ByteBuffer(string: page.text)),
    )
  }
}

extension Problem {
  /// Why calls would not be answered; `nil` if they would.
  fileprivate init?(hindering statistics: LedgerStatistics, _ disk: DiskState) {
    if !statistics.hasRoom {
      self = .mapFull
    } else if let problem = disk.problem {
      self = problem
    } else if statistics.isBuildingViews {
      self = .buildingViews
    } else if let leap = statistics.clockLeap {
      self.init(503, "clock_ahead", leap)
    } else {
      return nil
    }
  }

  private static let mapFull = Problem(
    503,
    "map_full",
    "the log's map is nearly full, so appends are refused; open it with a larger one",
  )

  private static let buildingViews = Problem(
    503,
    "storage_failed",
    "the views were damaged and are being built anew; calls are answered when that is done",
  )
}
