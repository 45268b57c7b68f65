import Conversations
import Testing

@Suite
struct `A refused handover` {
  private let command = ConversationCommand.handOver(to: italian, landingOn: missing)

  @Test
  func `is remembered with its code and where it was to go (R8)`() {
    let refusal = Refusal(.handoverNotEnabled, "bot 4 is not enabled")
    let event = given().conversation.refusalEvent(of: command, for: refusal)
    #expect(
      event?.event == .handoverRefused(.handoverNotEnabled, destination: italian, module: missing)
    )
    #expect(event?.body.reason == "bot 4 is not enabled")
  }

  @Test(arguments: Refusal.Code.allCases.filter { $0 != .conversationNotFound })
  func `is remembered whatever the code (R8)`(code: Refusal.Code) {
    let event = given().conversation.refusalEvent(of: command, for: Refusal(code, "no"))
    #expect(event?.event == .handoverRefused(code, destination: italian, module: missing))
  }

  @Test
  func `is not written into a conversation that the caller must not see (R7, R8)`() {
    let refusal = Refusal(.conversationNotFound, "there is no such conversation")
    #expect(given().conversation.refusalEvent(of: command, for: refusal) == nil)
  }

  @Test
  func `alone leaves an event behind, and no other refused command does (R8)`() {
    let others: [ConversationCommand] = [
      .post(as: .bot(french)), .note(as: .visitor(carol)), .setVariable(as: .bot(french)),
      .requestAgent(by: .bot(french)), .takeOver(alice), .handBack(alice), .end(by: .bot(french)),
    ]
    let refusal = Refusal(.notTheHolder, "no")
    let remembered = others.compactMap { given().conversation.refusalEvent(of: $0, for: refusal) }
    #expect(remembered.isEmpty)
  }

  @Test(arguments: Refusal.Code.allCases)
  func `changes nothing once it is in the log (R8)`(code: Refusal.Code) {
    let histories: [[ConversationEvent]] = [
      [], [.handedOver(from: english, to: spanish)], [.requested], [.agentTookOver(alice)],
      [.ended(by: .staff)],
    ]
    for history in histories {
      let before = given(history).conversation
      var after = before
      after.evolve(.handoverRefused(code, destination: spanish, module: greeting), at: 99)
      #expect(after == before)
    }
  }

  @Test
  func `says on what it failed`() {
    let refusal = #expect(throws: Refusal.self) {
      try given().decision(on: .handOver(to: italian))
    }
    #expect(refusal?.sentence.contains(italian.description) == true)
    #expect(refusal?.agent == nil)
    #expect(refusal?.actualPosition == nil)
  }
}
