import ConversationLedger
import Conversations
import Foundation
import LedgerExchange

/// A ledger in the folder of the test that runs, and files beside it.
struct ImportBench {
  let ledger: Ledger

  init(_ name: String = "ledger") throws {
    ledger = try Ledger(at: TemporaryFolder.path + "/" + name, for: .writing(creating: true))
  }

  /// The small inputs that earlier releases took in wrongly.
  static func sample(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../Samples/faults/" + name).standardizedFileURL.path
  }

  /// Writes lines beside the ledger and returns the file's path.
  static func file(_ name: String, _ lines: [String]) throws -> String {
    let path = TemporaryFolder.path + "/" + name
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: path))
    return path
  }

  /// The lines of a file.
  static func lines(of path: String) throws -> [String] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  @discardableResult
  func run(_ files: String..., mode: Importer.Mode = .record) throws -> ImportManifest {
    var importer = Importer(into: ledger, run: "tests", mode: mode)
    try importer.read(files, as: .jsonl)
    try importer.finish()
    return importer.manifest
  }

  /// Imports lines, each file of a run a list of them.
  @discardableResult
  func run(_ name: String, _ lines: [String]) throws -> ImportManifest {
    try run(try Self.file(name, lines))
  }

  /// The conversations, in the order they began.
  var conversations: [ConversationID] {
    get throws {
      var found: [ConversationID] = []
      try ledger.forEachConversation { found.append($0) }
      return found
    }
  }

  /// The messages of all conversations.
  var texts: [String] {
    get throws {
      try conversations.flatMap { conversation in
        try ledger.transcript(of: conversation).entries.filter { $0.kind == "message" }
          .map(\.text)
      }
    }
  }

  /// The bots by name, in that order, each with its owner's name.
  var bots: [String] {
    get throws {
      let registry = try ledger.registry()
      return registry.bots.values.map { "\($0.name) of \(registry.owners[$0.owner] ?? "nobody")" }
        .sorted()
    }
  }

  /// How many conversations the inbox of a bot has.
  func size(ofInboxOf name: String) throws -> Int {
    try ledger.inbox(InboxQuery(of: try ledger.bot(name))).total
  }

  func export(_ format: Exporter.Format = .jsonl) throws -> String {
    var bytes = Data()
    _ = try Exporter(of: ledger, mark: .leftOut) { bytes += $0 }.export(.all, as: format)
    return String(decoding: bytes, as: UTF8.self)
  }
}
