import ConversationLedger
import Conversations
import Foundation

/// Reads files of the Schema-Guided Dialogue data set: a bot per service, a handover where the
/// active service changes.
///
/// The visitor's message that changes the subject belongs to the old bot: visitor message, then
/// handover, then the bot message by the new bot. The data set claims no times.
struct SGDReader {
  /// The most bytes of a file; the largest of the data set has 5 MB.
  private static let byteCountLimit = 64 << 20

  let path: String
  /// The source's label: parent folder and file name, because dialogue ids recur between files.
  private let label: String
  private let owner = OwnerID.named("owner", "sgd")

  init(path: String) {
    self.path = path
    let parts = URL(fileURLWithPath: path).standardizedFileURL.pathComponents
    label = parts.suffix(2).joined(separator: "/")
  }

  func read(_ body: (SourceItem) throws -> Void) throws {
    let dialogues = try dialogues()
    var known: Set<String> = []
    var row = 0
    for dialogue in dialogues {
      switch dialogue {
      case .unreadable(let reason):
        row += 1
        try body(.unreadable(row: row, reason: reason))
      case .dialogue(let dialogue) where dialogue.turns.isEmpty:
        row += 1
        let reason = "dialogue \(dialogue.identifier) has no turns"
        try body(.unreadable(row: row, reason: reason))
      case .dialogue(let dialogue):
        try read(dialogue, &known, &row, body)
      }
    }
  }

  private func dialogues() throws -> [ReadableDialogue] {
    let content = try SourceFile.content(of: path, limit: Self.byteCountLimit)
    do {
      return try JSONDecoder().decode([ReadableDialogue].self, from: content)
    } catch let error as DecodingError {
      throw SourceError("\(path): no SGD dialogues: \(error.sentence(about: content))")
    }
  }

  private func read(
    _ dialogue: SGDDialogue,
    _ known: inout Set<String>,
    _ row: inout Int,
    _ body: (SourceItem) throws -> Void,
  ) throws {
    let conversation = ConversationID.named("conversation", label, dialogue.identifier)
    let visitor = VisitorID.named("visitor", label, dialogue.identifier)
    var service: String?
    for (index, turn) in dialogue.turns.enumerated() {
      row += 1
      var events: [NewConversationEvent] = []
      let before = service
      if turn.speaker == .user || before == nil { service = turn.activeService(after: before) }
      guard let service else {
        try body(.unreadable(row: row, reason: "the turn names no service"))
        continue
      }
      let new = [before ?? service, service].filter { known.insert($0).inserted }
      if before == nil { events.append(start(dialogue, service, visitor)) }
      let author: Author =
        turn.speaker == .user ? .visitor(visitor) : .bot(bot(before ?? service))
      events.append(NewEvent(.messagePosted(by: author), EventBody(text: turn.utterance)))
      if let before, before != service {
        events.append(
          NewEvent(.handedOver(from: bot(before), to: bot(service), module: nil))
        )
      }
      let content = ImportedRow(key: "\(index + 1)", occurredAt: nil, events: events)
      var source = SourceRow(number: row, conversation: conversation, content: content)
      source.registrations = new.flatMap(registrations(of:))
      try body(.row(source))
    }
  }

  private func start(
    _ dialogue: SGDDialogue,
    _ service: String,
    _ visitor: VisitorID,
  ) -> NewConversationEvent {
    var body = EventBody()
    body.externalID = dialogue.identifier
    body.source = label
    let deployment = DeploymentID.named("deployment", "sgd", service)
    return NewEvent(
      .started(bot: bot(service), deployment: deployment, visitor: visitor),
      body,
    )
  }

  private func registrations(of service: String) -> [RegistryCommand] {
    let bot = bot(service)
    let deployment = DeploymentID.named("deployment", "sgd", service)
    return [
      .registerOwner(owner, name: "sgd"),
      .registerBot(bot, owner: owner, name: service, sessionMinutes: nil),
      .registerDeployment(deployment, bot: bot, channel: "sgd"),
    ]
  }

  private func bot(_ service: String) -> BotID { .named("bot", "sgd", service) }
}
