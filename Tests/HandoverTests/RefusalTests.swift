import Testing

@Suite
struct `A refused command` {
  @Test
  func `prints code, status and reason, and says so by its exit code`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    for call in RefusedCall.all {
      let conversation = try ledger.startConversation()
      for arguments in call.before { try ledger.run(arguments.filled(conversation)) }
      let answer = try ledger.answer(to: call.arguments.filled(conversation) + ["--json"])
      #expect(answer.exit == .code(call.exitCode), "\(call)")
      #expect(answer.standardError.hasPrefix("handover: refused (\(call.code)): "), "\(call)")
      let refusal = try answer.json(Shape.Refusal.self)
      #expect(refusal.code == call.code, "\(call)")
      #expect(refusal.status == call.status, "\(call)")
      #expect(answer.standardError.contains(refusal.detail), "\(call)")
      try expectRemembered(call, saying: refusal.detail, in: conversation, ledger)
    }
  }

  /// Expects a refused handover to be an event of its conversation and no part of the talk.
  private func expectRemembered(
    _ call: RefusedCall,
    saying reason: String,
    in conversation: String,
    _ ledger: LedgerFolder,
  ) throws {
    let refused = try ledger.read(Shape.Why.self, "why", conversation).events
      .filter { $0.type == "handoverRefused" }
    #expect(refused.compactMap(\.code) == (call.isRemembered ? [call.code] : []), "\(call)")
    #expect(refused.allSatisfy { $0.reason == reason }, "\(call)")
    let transcript = try ledger.read(Shape.Transcript.self, "transcript", conversation)
    #expect(transcript.entries.allSatisfy { $0.position != refused.first?.position })
    #expect(transcript.entries.allSatisfy { $0.kind != "raw" })
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
  func `names the bot that is not there by the name that was given`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    let answer = try ledger.run("hand-over", conversation, "Ferries", "--module", "1", exits: 77)
    #expect(answer.standardError.contains("Ferries"))
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
    #expect(second.detail.hasPrefix(first.detail + " (first answered "))
    #expect(second.detail.hasSuffix("; a new idempotency key asks anew)"))
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
