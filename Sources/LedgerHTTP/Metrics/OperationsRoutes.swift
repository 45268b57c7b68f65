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
    let problem = try await parts.gate.watch { ledger in
      try ledger.statistics().hasRoom ? DiskState(of: ledger.path).problem : .mapFull
    }
    if let problem { throw problem }
    return Response(
      status: .ok,
      headers: [.contentType: "text/plain; charset=utf-8"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: "ready\n")),
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
  fileprivate static let mapFull = Problem(
    503,
    "map_full",
    "the log's map is nearly full, so appends are refused; open it with a larger one",
  )
}
