import Testing

@Suite
struct `A refused command` {
  @Test(arguments: RefusedCall.all)
  func `prints code, status and reason, and says so by its exit code`(
    call: RefusedCall
  ) throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    for arguments in call.before { try ledger.run(arguments.filled(conversation)) }
    let messages = try ledger.entries(of: conversation)
    let answer = try ledger.answer(to: call.arguments.filled(conversation) + ["--json"])
    #expect(answer.exit == .code(call.exitCode))
    #expect(answer.standardError.hasPrefix("handover: refused (\(call.code)): "))
    let refusal = try answer.json(Shape.Refusal.self)
    #expect(refusal.code == call.code)
    #expect(refusal.status == call.status)
    #expect(answer.standardError.contains(refusal.detail))
    #expect(try ledger.entries(of: conversation) == messages, "a refusal is no part of the talk")
    let refused = try ledger.read(Shape.Why.self, "why", conversation).events
      .filter { $0.type == "handoverRefused" }
    #expect(refused.compactMap(\.code) == (call.isRemembered ? [call.code] : []))
  }

  @Test
  func `says the same in words when no JSON is wanted`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    let answer = try ledger.run("hand-over", conversation, "Trains", "--module", "1", exits: 77)
    #expect(answer.text == "")
    #expect(answer.standardError.hasPrefix("handover: refused (handover_not_enabled): bot "))
    #expect(answer.standardError.hasSuffix("; ask an admin to enable it\n"))
  }

  @Test
  func `is answered again under its idempotency key and remembered once`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    let call = ["hand-over", conversation, "Trains", "--module", "1", "--idempotency-key", "k"]
    let first = try ledger.run(call + ["--json"], exits: 77).json(Shape.Refusal.self)
    let position = try ledger.status().position
    let second = try ledger.run(call + ["--json"], exits: 77).json(Shape.Refusal.self)
    #expect(second.code == first.code)
    #expect(second.detail == first.detail)
    #expect(try ledger.status().position == position)
  }

  @Test
  func `is a sentence of the argument parser when it cannot be understood`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    for module in ["0", "-1", "12.5", "true", ""] {
      try ledger.run("hand-over", conversation, "Hotels", "--module=\(module)", exits: 64)
    }
    try ledger.run("hand-over", "no-uuid", "Hotels", "--module", "1", exits: 64)
    try ledger.run("take-over", conversation, exits: 64)
    try ledger.run("request-agent", conversation, "--method", "pigeon", exits: 64)
    try ledger.run("set", conversation, "novalue", exits: 64)
    try ledger.run("post", conversation, "hi", "--by", "ghost", exits: 64)
  }

  @Test
  func `of a start without a deployment is a JSON value too`() throws {
    let ledger = try LedgerFolder()
    try ledger.run("bots", "register", "Bare", "--owner", "airline")
    let answer = try ledger.run("start", "--bot", "Bare", "--json", exits: 77)
    #expect(try answer.json(Shape.Refusal.self).code == "deployment_not_found")
  }
}

extension [String] {
  /// The arguments with the conversation's identifier where `C` stands.
  fileprivate func filled(_ conversation: String) -> [String] {
    map { $0 == "C" ? conversation : $0 }
  }
}
