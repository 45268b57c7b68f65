import Conversations
import Testing

@Suite
struct `A session length` {
  /// The largest ones overflow where minutes become microseconds, and stop the program.
  @Test(arguments: [Int64.max, .max / 60_000_000 + 1, .min, -1, 0])
  func `that is no length of time is refused (R21)`(minutes: Int64) {
    let command = RegistryCommand.registerBot(
      english,
      owner: acme,
      name: "English",
      sessionMinutes: minutes,
    )
    #expect(throws: Refusal.self) { try Registry.network.decide(command, by: .owner(acme)) }
  }
}

@Suite
struct `A nested JSON value` {
  /// Foundation reads 512 levels, the ledger too, and an export puts its own around the value.
  @Test(arguments: [510, 513, 600])
  func `that could not be read or exported again is refused`(levels: Int) {
    let value = (0..<levels).reduce(JSONValue.null) { inner, _ in .array([inner]) }
    var variables = EventBody()
    variables.variables["a"] = value
    var card = EventBody()
    card.card = value
    let commands: [ConversationCommand] = [
      .post(as: .bot(english), card), .setVariables(as: .bot(english), variables),
      .handOver(HandOver(to: spanish, landingOn: greeting, body: variables)),
    ]
    for command in commands {
      #expect(throws: Refusal.self) { try given().decision(on: command) }
    }
  }
}

@Suite
struct `The identifier` {
  /// Zero is the stream of administration, and "none" in stored facts and canonical bytes.
  @Test
  func `of zeros, which stands for none, is not read from a text`() {
    let text = "00000000-0000-0000-0000-000000000000"
    #expect(ConversationID(text) == nil)
    #expect(BotID(text) == nil)
  }
}

@Suite
struct `Recorded history without end` {
  @Test
  func `with more handovers than can be counted is taken in (R19)`() async {
    await #expect(processExitsWith: .success) {
      var conversation = Conversation(
        restoring: (bot: english, deployment: website, visitor: carol),
        holder: english,
        control: .bot,
        controlSince: 1,
        handoversSinceVisitor: .max,
        isEnded: false,
        isErased: false,
      )
      conversation.evolve(.handedOver(from: english, to: spanish), at: 2)
      #expect(conversation.handoversSinceVisitor == .max)
    }
  }
}
