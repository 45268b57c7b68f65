import Hummingbird
import ServiceLifecycle

extension LedgerServer {
  /// All routes: each group is a value with `add(to:)`, a line here, and a file of its own.
  static func router(_ parts: ServerParts) throws -> Router<CallContext> {
    let router = Router(context: CallContext.self, options: [.autoGenerateHeadEndpoints])
    router.add(middleware: AnswerProblems(parts))
    // The router looks at neighbours in this order, so what is called most stands first.
    let api = router.group("v1").add(middleware: Authenticate(parts))
    CommandRoutes(parts).add(to: api)
    QueryRoutes(parts).add(to: api)
    RegistryRoutes(parts).add(to: api)
    LiveRoutes(parts).add(to: api)
    AuditRoutes(parts).add(to: router, api)
    try DescriptionRoutes().add(to: router)
    OperationsRoutes(parts).add(to: router)
    PageRoutes(parts).add(to: router)
    DialectRoutes(parts).add(to: router)
    OtherMethods.add(to: router)
    return router
  }

  /// What runs beside the routes; the ledger is closed after all of it has ended.
  ///
  /// The live streams are not among them: they are told to end before the routes are.
  static func services(_ parts: ServerParts) -> [any Service] {
    Array(parts.desks.values) + [TakesInReadings(parts), ScrubsLog(parts)]
  }
}
