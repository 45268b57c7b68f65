import ConversationLedger
import Conversations
import Hummingbird

extension PageRoutes {
  /// A conversation event by event: a time line, what happened, and the state before and after.
  func replay(_ request: Request, _ context: CallContext) async throws -> Response {
    let session = try session(request, context)
    let values = FormValues(request.uri.query ?? "")
    let name = try context.parameters.require("conversation")
    let (now, frame, templates) = (now, frame("Replay", request, session), templates)
    let (principal, query) = (session.principal, PageQuery(values))
    let (id, html) = try await parts.gate.ask(by: principal) { ledger, patience in
      let reading = try PageReading(ledger, for: principal, query, now: now, patience: patience)
      let (id, _) = try reading.conversation(name)
      let page = ReplayFrame(
        try ReplayPart(ledger, id, at: values["at"].flatMap { UInt64($0) }),
        try ledger.page(of: id).row,
        frame,
        reading.names,
        now: now,
      )
      return (id, templates.render(.replay, page))
    }
    try await parts.gate.record("replay", of: id, by: session.principal)
    return PageAnswer.html(html)
  }
}
