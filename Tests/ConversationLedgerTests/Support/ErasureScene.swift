import Conversations
import Foundation
import Glibc
import Testing

@testable import ConversationLedger

/// A small ledger of two visitors, with words that stand nowhere else.
///
/// Carol talks twice, Dave once; the keys and the clock are the bench's.
struct ErasureScene {
  static let bot = BotID(0xB1)
  static let deployment = DeploymentID(0xD1)
  static let carol = VisitorID(0xCA)
  static let dave = VisitorID(0xDA)
  static let talks = [ConversationID(0xC1), ConversationID(0xC2)]
  static let daves = ConversationID(0xC3)
  static let secrets = ["Carol Oyelaran", "my flat is in Rua \"Augusta\" 7", "Grüße, ça va 🎈"]

  let bench: LedgerBench

  init(_ name: String = "ledger") throws {
    bench = LedgerBench(name)
    let answers = try bench.submit(Self.commands)
    for answer in answers {
      guard case .done = answer else { throw Unexpected(answer) }
    }
  }

  static var commands: [LedgerCommand] {
    let owner = OwnerID(0xA1)
    let registry: [RegistryCommand] = [
      .registerOwner(owner, name: "Acme"),
      .registerBot(bot, owner: owner, name: "English", sessionMinutes: 10),
      .registerDeployment(deployment, bot: bot, channel: "web"),
    ]
    var named = EventBody()
    (named.authorID, named.authorName) = ("carol@example.com", secrets[0])
    return registry.map { .registry($0, by: .trusted) }
      + talks.map { start($0, carol, named) } + [start(daves, dave, EventBody())]
      + [say(secrets[1], talks[0], carol), say(secrets[2], talks[1], carol)]
      + [say("Dave here, and I stay", daves, dave)]
  }

  static func start(
    _ conversation: ConversationID,
    _ visitor: VisitorID,
    _ body: EventBody = EventBody(),
    key: String? = nil,
  ) -> LedgerCommand {
    .start(
      StartRequest(
        conversation: conversation,
        deployment: deployment,
        visitor: visitor,
        body: body,
        idempotencyKey: key,
      )
    )
  }

  static func say(
    _ text: String,
    _ conversation: ConversationID,
    _ visitor: VisitorID,
  ) -> LedgerCommand {
    .conversation(
      ConversationRequest(
        conversation,
        .post(as: .visitor(visitor), EventBody(text: text)),
        successor: ConversationID(conversation.value << 8),
      )
    )
  }

  static let carolsErasure = ErasureRequest(
    .visitor(carol),
    ground: "Art. 17, ticket 81",
    orderedBy: "dpo",
  )

  /// The texts of a conversation.
  func texts(_ conversation: ConversationID) throws -> [String] {
    try bench.ledger().transcript(of: conversation).entries
      .filter { $0.kind == "message" }.map(\.text)
  }

  /// What a command is answered: a word for done, else the code.
  func answer(_ command: LedgerCommand) throws -> String {
    switch try bench.submit([command])[0] {
    case .done(let receipt): receipt.isRepeated ? "repeated" : "done"
    case .refused(let refusal): refusal.code.name
    case .recorded(let outcomes): "\(outcomes)"
    }
  }
}

/// The files below a folder that hold a text, in UTF-8, in UTF-16, or escaped in JSON.
func files(in folder: String, holding text: String) throws -> [String] {
  let escaped = String(decoding: try JSONText.bytes(of: text), as: UTF8.self).dropFirst().dropLast()
  let forms = [
    Data(text.utf8), Data(escaped.utf8), text.data(using: .utf16LittleEndian) ?? Data(),
    text.data(using: .utf16BigEndian) ?? Data(),
  ]
  return try FileManager.default.subpathsOfDirectory(atPath: folder).filter { name in
    let content = FileManager.default.contents(atPath: folder + "/" + name) ?? Data()
    return forms.contains { content.range(of: $0) != nil }
  }
}
