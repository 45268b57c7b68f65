import ConversationLedger
import Conversations
import Foundation

/// Reads the neutral format: one JSON object a line, one event an object (docs/jsonl.md).
struct JSONLinesReader {
  let path: String

  func read(_ body: (SourceItem) throws -> Void) throws {
    try LineReader(path: path).forEachLine { number, line in
      guard let line else {
        let limit = LineReader.byteCountLimit >> 20
        let reason = "the line is longer than \(limit) MiB; split its event"
        return try body(.unreadable(row: number, reason: reason))
      }
      guard !line.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) else { return }
      do {
        for item in try items(line, number) { try body(item) }
      } catch let error as LineError {
        try body(.unreadable(row: number, reason: error.reason))
      } catch let error as DecodingError {
        try body(.unreadable(row: number, reason: error.sentence(about: line)))
      }
    }
  }

  private func items(
    _ content: Data,
    _ number: Int,
  ) throws -> [SourceItem] {
    var line = try JSONDecoder().decode(JSONLine.self, from: content)
    line.restoreNames(from: content)
    if let command = try line.registryCommand() { return [.registry(command, row: number)] }
    let conversation = try line.conversationID()
    let content = ImportedRow(
      key: line.key ?? line.id ?? "#\(number)",
      place: line.place,
      exportedFingerprint: try line.fingerprintBytes(),
      occurredAt: try occurredAt(line),
      events: [try line.event()],
    )
    var row = SourceRow(number: number, conversation: conversation, content: content)
    row.registrations = try line.impliedRegistrations()
    return [.row(row)]
  }

  private func occurredAt(_ line: JSONLine) throws -> Timestamp? {
    guard let text = line.at else { return nil }
    guard let time = Timestamp(text: text) else {
      throw LineError(reason: "\"at\" is a time of RFC 3339, for example 2026-11-22T15:10:58Z")
    }
    return time
  }
}

/// Cuts a file into lines without holding more than one of them.
struct LineReader {
  /// The most bytes of a line: an event of the greatest size, every byte of it escaped.
  static let byteCountLimit = 32 << 20
  /// How many bytes are read at a time.
  private static let chunkLength = 1 << 20

  let path: String

  /// Takes each line with its number; `nil` stands for one that is too long.
  func forEachLine(_ body: (Int, Data?) throws -> Void) throws {
    let handle = try SourceFile.open(path)
    defer { try? handle.close() }
    var rest = Data()
    var (number, isTooLong) = (1, false)
    while let chunk = try next(handle), !chunk.isEmpty {
      var start = chunk.startIndex
      while let end = chunk[start...].firstIndex(of: UInt8(ascii: "\n")) {
        rest.append(chunk[start..<end])
        try body(number, isTooLong ? nil : rest)
        rest = Data()
        (number, isTooLong) = (number + 1, false)
        start = end + 1
      }
      rest.append(chunk[start...])
      if rest.count > Self.byteCountLimit {
        isTooLong = true
        rest = Data()
      }
    }
    if isTooLong || !rest.isEmpty { try body(number, isTooLong ? nil : rest) }
  }

  private func next(_ handle: FileHandle) throws -> Data? {
    try SourceFile.wrapping(path) { try handle.read(upToCount: Self.chunkLength) }
  }
}
