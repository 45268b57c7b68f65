import Conversations
import Testing

@Suite
struct `A refusal's code` {
  typealias Code = Refusal.Code

  /// The words of the rule book, in the order of R7 and then by rule, with number and status.
  static let table: [(code: Code, name: String, number: UInt8, status: Int)] = [
    (.tokenMissing, "token_missing", 1, 401),
    (.tokenInvalid, "token_invalid", 2, 401),
    (.tokenExpired, "token_expired", 3, 401),
    (.malformedBody, "malformed_body", 4, 400),
    (.conversationNotFound, "conversation_not_found", 5, 404),
    (.conversationEnded, "conversation_ended", 6, 409),
    (.agentInControl, "agent_in_control", 7, 409),
    (.notTheHolder, "not_the_holder", 8, 409),
    (.sameBot, "same_bot", 9, 409),
    (.botNotFound, "bot_not_found", 10, 404),
    (.ownerMismatch, "owner_mismatch", 11, 403),
    (.handoverNotEnabled, "handover_not_enabled", 12, 403),
    (.moduleNotFound, "module_not_found", 13, 404),
    (.handoverLoop, "handover_loop", 14, 409),
    (.channelMismatch, "channel_mismatch", 15, 409),
    (.idempotencyKeyReused, "idempotency_key_reused", 16, 422),
    (.wrongExpectedPosition, "wrong_expected_position", 17, 409),
    (.agentNotInControl, "agent_not_in_control", 18, 409),
    (.deploymentNotFound, "deployment_not_found", 19, 404),
    (.ownerNotFound, "owner_not_found", 20, 404),
    (.notPermitted, "not_permitted", 21, 403),
    (.alreadyRegistered, "already_registered", 22, 409),
    (.visitorErased, "visitor_erased", 23, 410),
    (.tooLarge, "too_large", 24, 413),
  ]

  @Test(arguments: table)
  func `has a word, a number and a status that never change (R7)`(
    row: (code: Code, name: String, number: UInt8, status: Int)
  ) {
    #expect(row.code.name == row.name)
    #expect(row.code.rawValue == row.number)
    #expect(row.code.status == row.status)
    #expect(Code(rawValue: row.number) == row.code)
  }

  @Test
  func `is in the table`() {
    #expect(Set(Self.table.map(\.code)) == Set(Code.allCases))
    #expect(Self.table.count == Code.allCases.count)
  }

  @Test
  func `has a word of its own in lower-case letters and underscores`() {
    let names = Code.allCases.map(\.name)
    #expect(Set(names).count == names.count)
    for name in names {
      #expect(name.wholeMatch(of: /[a-z]+(_[a-z]+)*/) != nil, "\(name)")
    }
  }

  @Test
  func `is never zero, which stands for no refusal`() {
    #expect(Code(rawValue: 0) == nil)
  }
}

@Suite
struct `An author` {
  @Test
  func `has a kind with a number and a word that never change`() {
    #expect(AuthorKind.allCases.map(\.rawValue) == [0, 1, 2, 3, 4, 5])
    #expect(
      AuthorKind.allCases.map(\.name) == ["none", "visitor", "bot", "agent", "staff", "source"]
    )
    let authors = [Author.visitor(carol), .bot(english), .agent(alice), .staff, .source]
    #expect(authors.map(\.kind) == [.visitor, .bot, .agent, .staff, .source])
  }
}
