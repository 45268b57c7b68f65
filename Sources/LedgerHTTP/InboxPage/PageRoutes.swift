import ConversationLedger
import Conversations
import Foundation
import HTTPTypes
import Hummingbird

/// The inbox page at `/`: pages, forms and assets, for people with a browser.
///
/// Everything is plain HTML that works without scripts. A route reads the address, asks the ledger,
/// and renders; what may be done is the ledger's to say.
struct PageRoutes: Sendable {
  let parts: ServerParts
  let templates: PageTemplates
  let assets = PageAssets()

  init(_ parts: ServerParts) {
    self.parts = parts
    do {
      templates = try PageTemplates()
    } catch {
      preconditionFailure("a template of the inbox page is malformed: \(error)")
    }
  }

  func add(to router: Router<CallContext>) {
    let pages = router.group().add(middleware: OffTheLoop()).add(middleware: PageProblems(self))
    pages.get("/", use: inbox)
    pages.get("conversations/:conversation", use: conversation)
    pages.get("conversations/:conversation/print", use: onPaper)
    pages.get("conversations/:conversation/replay", use: replay)
    pages.get("conversations/:conversation/entries/:position", use: wholeEntry)
    pages.get("live/:bot", use: live)
    pages.get("assets/:version/:name", use: asset)
    pages.get("login", use: showLogin)
    pages.post("login", use: logIn)
    pages.post("logout", use: logOut)
    pages.post("appearance", use: setAppearance)
    addActs(to: pages)
  }

  /// The present.
  var now: Timestamp { Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) }

  /// Who is signed in.
  ///
  /// - Throws: `SignIn`, which leads to the page to sign in on; `too_many_requests`.
  func session(_ request: Request, _ context: CallContext) throws -> PageSession {
    guard let session = PageSession(request, parts.tokens, isSecure) else { throw SignIn() }
    try parts.rates.admit(session.principal.person, context)
    return session
  }

  /// The frame of a page.
  func frame(_ title: String, _ request: Request, _ session: PageSession?) -> PageFrame {
    PageFrame(
      title,
      assets: assets.folder,
      theme: request.cookies[PageSession.themeCookieName(isSecure)].flatMap {
        PageFrame.Theme(rawValue: $0.value)
      },
      csrf: session.map { PageSession.formToken(for: $0.token) } ?? "",
      principal: session?.principal,
      here: PageAnswer.returnAddress(request.uri.string),
    )
  }

  private func inbox(_ request: Request, _ context: CallContext) async throws -> Response {
    let session = try session(request, context)
    let query = PageQuery(FormValues(request.uri.query ?? ""))
    if query.bot == nil { return try await seeFirstBot(session, query) }
    return try await page(request, session, query)
  }

  /// Sends the reader to the bot whose inbox is fullest.
  private func seeFirstBot(_ session: PageSession, _ query: PageQuery) async throws -> Response {
    let now = now
    let bots = try await parts.gate.read { ledger in
      try PageReading(ledger, for: session.principal, query, now: now).bots()
    }
    guard let first = bots.max(by: { $0.conversations < $1.conversations }) else {
      throw Problem(404, "not_found", "There is no bot whose inbox you may read.")
    }
    return PageAnswer.see("/" + query.address(("bot", first.botId)))
  }

  private func conversation(_ request: Request, _ context: CallContext) async throws -> Response {
    let session = try session(request, context)
    let query = PageQuery(FormValues(request.uri.query ?? ""))
    let name = try context.parameters.require("conversation")
    guard query.bot == nil else {
      return try await page(request, session, query, opening: name)
    }
    let now = now
    let holder = try await parts.gate.read { ledger in
      try PageReading(ledger, for: session.principal, query, now: now).conversation(name).state
        .holder
    }
    let address = query.address(
      ("bot", holder.description),
      ("entry", query.typed["entry"]),
      ("before", query.typed["before"]),
    )
    return PageAnswer.see("/conversations/\(name)\(address)")
  }

  /// Renders the page; with a problem, the form that led to it is filled in as it was sent.
  ///
  /// Whatever led here, an open conversation is read, and that is written down before it is shown.
  func page(
    _ request: Request,
    _ session: PageSession,
    _ query: PageQuery,
    opening open: String? = nil,
    problem: Problem? = nil,
    drafts: ControlPart.Drafts = .init(),
  ) async throws -> Response {
    let (now, frame) = (now, frame("Inbox", request, session))
    let templates = templates
    let (principal, cost) = (session.principal, query.cost)
    let html = try await parts.gate.ask(by: principal, costing: cost) { ledger, patience in
      var reading = try PageReading(ledger, for: principal, query, now: now, patience: patience)
      reading.problem = problem.map(Self.sentence)
      reading.drafts = drafts
      return templates.render(.inbox, try reading.inboxFrame(opening: open, frame))
    }
    if let id = open.flatMap({ ConversationID($0) }) {
      try await parts.gate.record("page", of: id, by: session.principal)
    }
    return PageAnswer.html(html, status: problem.map { .init(code: $0.status) } ?? .ok)
  }

  /// What a problem says to a person.
  private static func sentence(_ problem: Problem) -> String {
    if problem.code == Refusal.Code.agentInControl.name, let agent = problem.agent {
      return "Agent \(agent) was first and is in control of this conversation."
    }
    return problem.detail.prefix(1).uppercased() + problem.detail.dropFirst() + "."
  }

  private func onPaper(_ request: Request, _ context: CallContext) async throws -> Response {
    let session = try session(request, context)
    let query = PageQuery(FormValues(request.uri.query ?? ""))
    let name = try context.parameters.require("conversation")
    let (now, frame, templates) = (now, frame("Transcript", request, session), templates)
    let principal = session.principal
    let html = try await parts.gate.ask(by: principal) { ledger, patience in
      let reading = try PageReading(ledger, for: principal, query, now: now, patience: patience)
      guard
        let part = try reading.conversationPart(
          name,
          length: TranscriptPart.printLength,
          on: "/print",
        )
      else {
        throw Refusal(.conversationNotFound, "there was no such conversation at that moment")
      }
      return templates.render(.print, PrintFrame(frame: frame, conversation: part))
    }
    if let id = ConversationID(name) {
      try await parts.gate.record("print", of: id, by: session.principal)
    }
    return PageAnswer.html(html)
  }

  /// An event with all it says, as plain text: where a page cuts a text, it leads here.
  private func wholeEntry(_ request: Request, _ context: CallContext) async throws -> Response {
    let principal = try session(request, context).principal
    try principal.caller.requireStaff()
    let name = try context.parameters.require("conversation")
    let position = try context.parameters.require("position")
    let (id, text) = try await parts.gate.read(conversation: name, for: principal) {
      ledger,
      id,
      _ in
      (id, try UInt64(position).flatMap { try ledger.event(at: $0, of: id) }?.wholeText)
    }
    guard let text else {
      throw Problem(404, "not_found", "The conversation has no entry at position \(position).")
    }
    try await parts.gate.record("entry", of: id, by: principal)
    return PageAnswer.plain(text)
  }

  /// Says that something happened in an inbox, for those whom a cookie names, and not what: the
  /// page asks for that, and what it asks for is written down.
  private func live(_ request: Request, _ context: CallContext) async throws -> Response {
    let principal = try session(request, context).principal
    let name = try context.parameters.require("bot")
    let bot = try await parts.gate.read(bot: name, for: principal) { $1 }
    let viewer = Viewer(principal, inbox: bot, hearing: .positions)
    return try await parts.feed.stream(for: viewer, principal, request, context)
  }

  private func asset(_ request: Request, _ context: CallContext) async throws -> Response {
    let name = try context.parameters.require("name")
    let version = try context.parameters.require("version")
    guard let answer = assets.answer(name, version: version) else {
      throw Problem(404, "not_found", "There is no such file.")
    }
    return answer
  }
}

/// Nobody is signed in, or no longer.
struct SignIn: Error {}
