import ConversationLedger
import Conversations
import Foundation

/// Reads the neutral format: one JSON object a line, one event an object (docs/jsonl.md).
struct JSONLinesReader {
  let path: String

  func read(_ body: (SourceItem) throws -> Void) throws {
    var known = KnownNames()
    try LineReader(path: path).forEachLine { number, line in
      guard let line else {
        let limit = LineReader.byteCountLimit >> 20
        let reason = "the line is longer than \(limit) MiB; split its event"
        return try body(.unreadable(row: number, reason: reason))
      }
      guard !line.allSatisfy({ $0 == 32 || $0 == 9 || $0 == 13 }) else { return }
      do {
        try body(try item(line, number, &known))
      } catch let error as LineError {
        try body(.unreadable(row: number, reason: error.reason))
      } catch let error as DecodingError {
        try body(.unreadable(row: number, reason: error.sentence(about: line)))
      }
    }
  }

  /// What is remembered of a file's rows while it is read.
  private struct KnownNames {
    /// How many rows of one content came before.
    var counts: [UInt128: Int] = [:]
    /// The names whose registrations were passed on.
    var names: Set<[String]> = []
  }

  private func item(
    _ content: Data,
    _ number: Int,
    _ known: inout KnownNames,
  ) throws -> SourceItem {
    var line = try JSONDecoder().decode(JSONLine.self, from: content)
    try line.readValues(from: content)
    if let command = try line.registryCommand() { return .registry(command, row: number) }
    let conversation = try line.conversationID()
    let fingerprint = try line.fingerprintBytes()
    let identity = line.key ?? line.id
    var row = ImportedRow(
      key: identity ?? "",
      place: line.place,
      exportedFingerprint: line.key == nil ? nil : fingerprint,
      occurredAt: try occurredAt(line),
      events: [try line.event()],
    )
    if identity == nil {
      row.key = key(of: row, in: conversation, &known)
      row.olderKeys = ["#\(number)"]
    }
    var source = SourceRow(number: number, conversation: conversation, content: row)
    source.isAmbiguous =
      identity == nil && row.occurredAt == nil && line.type != "conversationStarted"
    try line.requireDeployment()
    if known.names.insert(line.names).inserted {
      source.registrations = line.impliedRegistrations()
    }
    return .row(source)
  }

  /// The key of a row without an identity: its content, its time, and which of the equal rows of
  /// its file it is (docs/decisions/0030).
  private func key(
    of row: ImportedRow,
    in conversation: ConversationID,
    _ known: inout KnownNames,
  ) -> String {
    let hash = row.contentHash(in: conversation)
    let number = hash.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
    let ordinal = known.counts[number, default: 0] + 1
    known.counts[number] = ordinal
    return "=\(hash.hexadecimal).\(ordinal)"
  }

  private func occurredAt(_ line: JSONLine) throws -> Timestamp? {
    guard let text = line.at else { return nil }
    guard let time = Timestamp(text: text) else {
      throw LineError(
        reason: "\"at\" is a time of RFC 3339 whose year in UTC is 0000 to 9999, for example "
          + "2026-11-22T15:10:58Z"
      )
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

  /// Where the text begins behind it, if it is there.
  private static let byteOrderMark = Data([0xEF, 0xBB, 0xBF])

  /// Takes each line with its number; `nil` stands for one that is too long.
  ///
  /// A byte order mark before the first line is passed over.
  func forEachLine(_ body: (Int, Data?) throws -> Void) throws {
    let handle = try SourceFile.open(path)
    defer { try? handle.close() }
    var rest = Data()
    var (number, isTooLong) = (1, false)
    while let chunk = try next(handle), !chunk.isEmpty {
      var start = chunk.startIndex
      while let end = chunk[start...].firstIndex(of: UInt8(ascii: "\n")) {
        rest.append(chunk[start..<end])
        try body(number, isTooLong ? nil : text(rest, number))
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
    if isTooLong || !rest.isEmpty { try body(number, isTooLong ? nil : text(rest, number)) }
  }

  private func text(_ line: Data, _ number: Int) -> Data {
    guard number == 1, line.starts(with: Self.byteOrderMark) else { return line }
    return Data(line.dropFirst(Self.byteOrderMark.count))
  }

  private func next(_ handle: FileHandle) throws -> Data? {
    try SourceFile.wrapping(path) { try handle.read(upToCount: Self.chunkLength) }
  }
}
