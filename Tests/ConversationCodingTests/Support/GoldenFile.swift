import ConversationCoding
import Conversations
import Foundation
import Testing

/// A file of bytes that were written once and must be written and read so for ever.
///
/// Each line is a word and the bytes it stands for, in hexadecimal digits.
struct GoldenFile {
  let name: String

  /// The lines by their words.
  func lines() throws -> [String: String] {
    let text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
    let pairs = text.split(separator: "\n").map { line in
      let words = line.split(separator: " ", maxSplits: 1)
      return (String(words[0]), words.count > 1 ? String(words[1]) : "")
    }
    return Dictionary(uniqueKeysWithValues: pairs)
  }

  /// Expects that the file says the same; with `RECORD_GOLDEN=1` a missing file is written.
  ///
  /// A file that is there is never written over: it shows what older ledgers hold.
  func expect(_ content: [(word: String, bytes: [UInt8])]) throws {
    let path = Self.folder.appending(path: name)
    let isRecording = ProcessInfo.processInfo.environment["RECORD_GOLDEN"] == "1"
    if isRecording, !FileManager.default.fileExists(atPath: path.path) {
      let lines = content.map { "\($0.word) \(hexadecimal($0.bytes))\n" }
      try FileManager.default.createDirectory(at: Self.folder, withIntermediateDirectories: true)
      try Data(lines.joined().utf8).write(to: path)
    }
    let stored = try lines()
    #expect(stored.count == content.count, "\(name)")
    for (word, bytes) in content {
      #expect(stored[word] == hexadecimal(bytes), "\(name), \(word)")
    }
  }

  /// The names of all files there are.
  static func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path)
  }

  private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Records")
}

/// The bytes that hexadecimal digits stand for; `nil` for other texts.
func bytes(hexadecimal text: String) -> [UInt8]? {
  let digits = text.compactMap(\.hexDigitValue)
  guard digits.count == text.count, digits.count.isMultiple(of: 2) else { return nil }
  return stride(from: 0, to: digits.count, by: 2).map {
    UInt8(digits[$0] << 4 | digits[$0 + 1])
  }
}

extension EventFacts {
  /// Reads the 62 bytes of the fields.
  init(reading bytes: [UInt8]) throws {
    var reader = ByteReader(bytes)
    let short = try reader.number()
    self.init(type: UInt16(short >> 16), schemaVersion: UInt16(truncatingIfNeeded: short))
    authorKind = try reader.byte()
    detail = try reader.byte()
    number = try reader.longNumber()
    let halves = try (0..<6).map { _ in UInt128(try reader.longNumber()) }
    parties.first = halves[0] << 64 | halves[1]
    parties.second = halves[2] << 64 | halves[3]
    parties.third = halves[4] << 64 | halves[5]
    try #require(reader.isAtEnd)
  }
}
