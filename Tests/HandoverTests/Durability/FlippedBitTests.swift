import Foundation
import Testing

/// Flips single bits anywhere in the log's file, through whatever lies there: pages of records, of
/// the tree, of the free list, and meta pages.
///
/// The tool runs as a process of its own, because LMDB trusts its pages and a damaged one can end
/// the process that reads it.
@Suite
struct `One flipped bit in the log's file` {
  private let whole: LedgerFolder
  private let steps: Data
  private let root: String

  init() throws {
    whole = try LedgerFolder()
    try whole.importSeeded(.sample)
    try whole.run("rebuild")
    steps = try whole.run("replay", "--from", "1", "--json").standardOutput
    root = try whole.status().root
  }

  private func copy(flipping place: Int, _ bit: UInt8) throws -> LedgerFolder {
    let copy = try LedgerFolder()
    try FileManager.default.copyItem(atPath: whole.path, toPath: copy.path)
    let file = try FileHandle(forUpdating: URL(filePath: copy.path + "/log/data.mdb"))
    defer { try? file.close() }
    try file.seek(toOffset: UInt64(place))
    let byte = try #require(try file.read(upToCount: 1)?.first)
    try file.seek(toOffset: UInt64(place))
    try file.write(contentsOf: Data([byte ^ bit]))
    return copy
  }

  /// What became of a flipped bit.
  private enum Fate: String {
    /// A verdict says no.
    case verdict
    /// The file cannot be opened or read, and a sentence says so.
    case refused
    /// Everything that can be read is what it was.
    case harmless
    /// A wrong answer, or the end of a process.
    case missed
  }

  private func fate(of ledger: LedgerFolder) throws -> Fate {
    let verified = try ledger.answer(to: ["verify", "--json"])
    switch verified.exit {
    case .code(1):
      let found: Shape.Verification = try verified.json()
      let isNamed = found.findings.contains { ["integrity", "completeness"].contains($0.verdict) }
      return isNamed && !(found.integrity && found.completeness) ? .verdict : .missed
    case .code(74): return verified.standardError.contains("backup") ? .refused : .missed
    case .code(0):
      let replayed = try ledger.answer(to: ["replay", "--from", "1", "--json"])
      let isSame = replayed.standardOutput == steps
      let status = try ledger.answer(to: ["status", "--json"])
      let isSameRoot = (try? status.json(Shape.Status.self).root) == root
      return isSame && isSameRoot ? .harmless : .missed
    default: return .missed
    }
  }

  @Test
  func `is caught, or changes nothing that can be read`() throws {
    var chance = Chance(Effort.seed, 17)
    let size = try Data(contentsOf: URL(filePath: whole.path + "/log/data.mdb")).count
    var fates: [Fate: Int] = [:]
    for round in 0..<Effort.rounds(6, least: 24) {
      // The heads of pages say where entries lie; they are hit as often as everything else.
      let page = Int.random(in: 0..<(size / 4_096), using: &chance) * 4_096
      let place = page + Int.random(in: 0..<(round.isMultiple(of: 2) ? 64 : 4_096), using: &chance)
      let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &chance)
      let fate = try fate(of: copy(flipping: place, bit))
      #expect(fate != .missed, "byte \(place), bit \(bit)")
      fates[fate, default: 0] += 1
    }
    let total = fates.values.reduce(0, +)
    let harmless = fates[.harmless] ?? 0
    let (verdict, refused) = (fates[.verdict] ?? 0, fates[.refused] ?? 0)
    Effort.note(
      "flipped bits: \(verdict + refused) of \(total - harmless) caught (\(verdict) by a verdict, "
        + "\(refused) refused when read); \(harmless) more changed nothing that can be read"
    )
    #expect(verdict + refused + harmless == total && verdict > 0)
  }

  /// A record that is read is compared with its leaf, whoever reads it.
  @Test
  func `of a message is an error of every command that reads it, and names its position`() throws {
    let page = try whole.read(Shape.Inbox.self, "inbox", "Homes_1", "--limit", "1")
    let row = try #require(page.rows.first)
    let position = try #require(row.lastMessage?.position)
    let entries = try whole.read(Shape.Transcript.self, "transcript", row.conversationId).entries
    #expect(entries.contains { $0.position == position })
    let ledger = try copyDamaging(position)
    let calls = [
      ["transcript", row.conversationId], ["inbox", "Homes_1"], ["why", row.conversationId],
      ["inbox", "Homes_1", "--text", "a"], ["export", "--to", "jsonl"],
      ["export", "--to", "jsonl", "--conversation", row.conversationId],
      ["follow", "--after", "0", "--limit", "\(position)"],
      ["replay", "--conversation", row.conversationId], ["replay", "--from", "1"],
    ]
    for call in calls {
      let answer = try ledger.answer(to: call)
      #expect(answer.exit == .code(74), "\(call): \(answer.exit)")
      #expect(answer.standardError.contains("position \(position)"), "\(call): \(answer)")
    }
    let found = try ledger.read(Shape.Verification.self, "verify", exits: 1)
    #expect(!found.integrity && found.completeness)
    #expect(found.findings.first?.position == position && found.findings.first?.check == "leaf")
  }

  /// A copy in which the body of a record has another bit: its bytes are found in the file by the
  /// header, which names its position and its conversation.
  private func copyDamaging(_ position: UInt64) throws -> LedgerFolder {
    let bytes = try Data(contentsOf: URL(filePath: whole.path + "/log/data.mdb"))
    let named = Data((0..<8).map { UInt8(truncatingIfNeeded: position >> (56 - 8 * $0)) })
    // Format 2, imported with a time or without, a message (33) of schema 1.
    let candidates = [UInt8(1), 3].map { Data([2, $0, 0, 33, 0, 1]) }
    var found: Int?
    for start in candidates {
      var range = bytes.startIndex..<bytes.endIndex
      while let match = bytes.range(of: start, in: range) {
        if bytes[(match.lowerBound + 8)..<(match.lowerBound + 16)] == named {
          found = match.lowerBound
        }
        range = match.upperBound..<bytes.endIndex
      }
    }
    // Offset 150 lies behind header and identifiers, in the key or the body.
    return try copy(flipping: try #require(found) + 150, 4)
  }
}
