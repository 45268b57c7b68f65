public import Conversations
import EventStore
import Foundation
import LMDB

/// A reading that is to be recorded, as it waits for the writer.
public struct ReadingNote: Hashable, Sendable {
  /// The identity of the note: the same note is recorded once, however often it is given.
  public var id: String
  /// When it was.
  public var at: Timestamp
  /// What was read.
  public var reading: Reading

  /// Takes note of a reading.
  init(_ reading: Reading, at time: Timestamp) {
    id = Identifier<Reading>.fresh().description
    at = time
    self.reading = reading
  }
}

/// The folder where notes wait, each a file of its own (docs/read-audit.md).
struct ReadingSpool {
  let path: String
  private static let ending = ".json"

  /// Writes a note down; it is on disk when this returns.
  func add(_ note: ReadingNote) throws {
    do {
      try makeFolder(path)
      try DurableFile.write(try JSONText.bytes(of: Content(note)), to: file(of: note.id))
    } catch let error as StorageError {
      throw LedgerError(
        LedgerError.kind(of: error),
        "nothing is shown, because the reading cannot be written down: \(error)",
      )
    }
  }

  /// The notes that wait, the oldest first, and how many files are no notes.
  func notes() -> (notes: [ReadingNote], unreadable: Int) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let files = names.filter { $0.hasSuffix(Self.ending) }.sorted()
    let notes = files.compactMap { name -> ReadingNote? in
      guard let bytes = FileManager.default.contents(atPath: path + "/" + name),
        let content = try? JSONDecoder().decode(Content.self, from: bytes)
      else { return nil }
      return ReadingNote(content, id: String(name.dropLast(Self.ending.count)))
    }
    return (notes, files.count - notes.count)
  }

  /// Takes notes away that were recorded.
  func remove(_ notes: [ReadingNote]) throws {
    for note in notes { try FileManager.default.removeItem(atPath: file(of: note.id)) }
    if !notes.isEmpty { try flush(file: path) }
  }

  private func file(of id: String) -> String { path + "/" + id + Self.ending }

  /// What stands in a file.
  fileprivate struct Content: Codable {
    var kind: Reading.Kind
    var reader: String
    var means: String
    var at: String
    var position: UInt64
    var conversations: Int64?
    var inbox: String?
    var conversation: String?

    init(_ note: ReadingNote) {
      kind = note.reading.kind
      reader = note.reading.reader
      means = note.reading.means
      at = note.at.text
      position = note.reading.position
      conversations = note.reading.conversations
      switch note.reading.scope {
      case .log: break
      case .inbox(let bot): inbox = bot.description
      case .conversation(let id): conversation = id.description
      }
    }

    /// What was read; `nil` if an identifier is none.
    var scope: ReadingScope? {
      if let conversation { return ConversationID(conversation).map { .conversation($0) } }
      if let inbox { return BotID(inbox).map { .inbox($0) } }
      return .log
    }
  }
}

extension ReadingNote {
  fileprivate init?(_ content: ReadingSpool.Content, id: String) {
    guard let at = Timestamp(text: content.at), let scope = content.scope, !id.isEmpty else {
      return nil
    }
    self.id = id
    self.at = at
    reading = Reading(
      content.kind,
      of: scope,
      by: content.reader,
      means: content.means,
      through: content.position,
    )
    reading.conversations = content.conversations
  }
}
