import ConversationLedger
import Conversations
import HTTPTypes
import Hummingbird
import NIOCore

/// What auditors and data protection officers ask: checkpoints, proofs, readings, erasures.
struct AuditRoutes: Sendable {
  private let parts: ServerParts

  init(_ parts: ServerParts) { self.parts = parts }

  /// Checkpoint and hashes need no token: they say how many records there are, and nothing of them.
  func add(to router: Router<CallContext>, _ api: RouterGroup<CallContext>) {
    let open = router.group().add(middleware: OffTheLoop())
    open.get("checkpoint", use: checkpoint)
    open.get("tile/**", use: tile)
    let api = api.group().add(middleware: OffTheLoop())
    api.get("proof/:position", use: proof)
    api.get("reads", use: reads)
    api.post("erasures", use: erase)
  }

  private func checkpoint(_ request: Request, _ context: CallContext) async throws -> Response {
    try parts.rates.admit(addressOf: request, context)
    return Self.text(try await parts.gate.read { try $0.signCheckpoint().note })
  }

  /// Bundles of records are for those who oversee the ledger: what is clear in them says who spoke
  /// with whom, and when.
  private func tile(_ request: Request, _ context: CallContext) async throws -> Response {
    let path = (["tile"] + context.parameters.getCatchAll()).joined(separator: "/")
    if Ledger.isPathOfRecords(path) {
      let principal = try Authenticate(parts).principal(request, context)
      try principal.caller.requireOversight()
    } else {
      try parts.rates.admit(addressOf: request, context)
    }
    let tile = try await parts.gate.read { try $0.tile(at: path) }
    return Response(
      status: .ok,
      headers: [
        .contentType: "application/octet-stream",
        .cacheControl: "private, max-age=31536000, immutable",
      ],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: tile.bytes)),
    )
  }

  private func proof(_ request: Request, _ context: CallContext) async throws -> Response {
    try QueryReader(request).finish()
    let principal = try context.caller
    let caller = principal.caller
    let name = try context.parameters.require("position")
    guard let position = UInt64(name) else {
      throw Problem(404, "not_found", "\(name) is no log position")
    }
    let proof = try await parts.gate.ask(by: principal) { ledger, _ in
      try ledger.requireSight(of: position, for: caller)
      return try ledger.proof(of: position)
    }
    return Self.text(proof.proof)
  }

  private func reads(_ request: Request, _ context: CallContext) async throws -> Response {
    var query = try QueryReader(request)
    let limit = try query.integer("limit", in: 1...1_000) ?? 100
    let name = query.text("conversation")
    try query.finish()
    let principal = try context.caller
    try principal.caller.requireOversight()
    let conversation = try name.map { name in
      guard let id = ConversationID(name) else {
        throw Refusal(.conversationNotFound, "there is no such conversation")
      }
      return id
    }
    let page = try await parts.gate.ask(by: principal) { ledger, _ in
      try ledger.reads(of: conversation, limit: limit)
    }
    return try .json(page)
  }

  private func erase(_ request: Request, _ context: CallContext) async throws -> Response {
    var body = try await BodyReader(of: request, limits: parts.configuration.limits)
    let visitor: VisitorID? = try body.identifier("visitorId")
    let conversation: ConversationID? = try body.identifier("conversationId")
    let ground = try body.require(try body.string("ground", length: 1...4_096), "ground")
    let isDryRun = try body.flag("dryRun") ?? false
    try body.finish()
    let principal = try context.caller
    try principal.caller.requireAdministration()
    let subject = try Self.subject(visitor, conversation)
    let order = ErasureRequest(
      subject,
      ground: ground,
      orderedBy: principal.user,
      caller: principal.caller,
    )
    if isDryRun {
      let preview = try await parts.gate.ask(by: principal) { ledger, _ in
        try ledger.previewErasure(order)
      }
      return try .json(preview)
    }
    defer { parts.feed.forget() }
    return try .json(try await parts.gate.erase(order), status: .created)
  }

  private static func subject(
    _ visitor: VisitorID?,
    _ conversation: ConversationID?,
  ) throws(Problem) -> ErasureSubject {
    switch (visitor, conversation) {
    case (.some(let visitor), nil): .visitor(visitor)
    case (nil, .some(let conversation)): .conversation(conversation)
    default: throw .malformedBody("give visitorId or conversationId, and not both")
    }
  }

  private static func text(_ content: String) -> Response {
    Response(
      status: .ok,
      headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-cache"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: content)),
    )
  }
}

extension Ledger {
  /// Refuses a record of a conversation that the caller may not know of, and one of no
  /// conversation to whoever does not oversee the ledger.
  fileprivate func requireSight(of position: UInt64, for caller: Caller) throws {
    try caller.requireStaff()
    let head = try headPosition()
    guard (1...max(head, 1)).contains(position), head > 0 else {
      throw LedgerError(.notFound, "the log ends at position \(head), before \(position)")
    }
    var conversation: ConversationID?
    try forEachEvent(from: position, through: position) { conversation = $0.conversation }
    guard let conversation, let known = try self.conversation(conversation) else {
      return try caller.requireOversight()
    }
    try known.state.requireSight(of: caller, registry: try registry())
  }
}
