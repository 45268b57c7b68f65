import ConversationLedger
import Crypto
import Foundation

/// Where a courier stands in the log, in a small file.
///
/// It bears the hash of the record it stands behind, so that a file of another log, or of a later
/// state of this one, counts as none. Losing it makes a desk hear things again, never miss any.
struct DeskCursor: Sendable {
  private let file: URL

  /// What the file holds.
  private struct Content: Codable {
    let position: UInt64
    let record: String
  }

  /// The cursor of a desk in a ledger's folder.
  init(of desk: String, in ledger: String) {
    file = URL(filePath: ledger).appending(path: "desks/\(desk).json")
  }

  /// The position in the file; `nil` if there is none that fits the log.
  func load(_ ledger: Ledger) throws -> UInt64? {
    guard let data = try? Data(contentsOf: file),
      let content = try? JSONDecoder().decode(Content.self, from: data)
    else { return nil }
    guard content.position > 0 else { return 0 }
    guard content.position <= (try ledger.headPosition()),
      try Self.hash(ledger, content.position) == content.record
    else { return nil }
    return content.position
  }

  /// Writes a position down; the file is replaced as a whole.
  func save(_ position: UInt64, _ ledger: Ledger) throws {
    let record = position == 0 ? "" : try Self.hash(ledger, position)
    let folder = file.deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let data = try JSONEncoder().encode(Content(position: position, record: record))
    try data.write(to: file, options: .atomic)
  }

  private static func hash(_ ledger: Ledger, _ position: UInt64) throws -> String {
    var record: [UInt8] = []
    try ledger.forEachEvent(from: position, through: position) { record = $0.bytes }
    return Data(SHA256.hash(data: record)).base64EncodedString()
  }
}
