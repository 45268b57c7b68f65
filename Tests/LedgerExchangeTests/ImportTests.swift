import ConversationLedger
import Foundation
import LedgerExchange
import Testing

@Suite(.inTemporaryFolder)
struct `An import of random lines` {
  private func open(_ name: String) throws -> Ledger {
    try Ledger(at: TemporaryFolder.path + "/" + name, for: .writing(creating: true))
  }

  private func file(_ name: String, _ bytes: Data) throws -> String {
    let path = TemporaryFolder.path + "/" + name
    try bytes.write(to: URL(filePath: path))
    return path
  }

  private func run(
    _ files: [String],
    into ledger: Ledger,
    _ mode: Importer.Mode = .record,
  ) throws -> ImportManifest {
    var importer = Importer(into: ledger, run: "tests", mode: mode)
    try importer.read(files, as: .jsonl)
    try importer.finish()
    return importer.manifest
  }

  private func export(_ ledger: Ledger) throws -> Data {
    var bytes = Data()
    _ = try Exporter(of: ledger) { bytes += $0 }.export(.all, as: .jsonl)
    return bytes
  }

  private func split(_ bytes: Data) -> [String] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func `counts each row as what became of it, and takes nothing twice`(seed: UInt64) throws {
    let lines = try RandomLines(seed: seed, count: 300)
    let path = try file("lines.jsonl", lines.file(0..<300))
    let ledger = try open("ledger")
    defer { ledger.close() }
    let first = try run([path], into: ledger)
    #expect(lines.count(.taken) > 30 && lines.count(.duplicate) > 0)
    #expect(first.duplicates == lines.count(.duplicate))
    #expect(first.skipped == lines.count(.skipped))
    #expect(first.rows == 300 - lines.count(.noRow))
    let skipped = lines.lines.indices.filter { lines.lines[$0].fate == .skipped }.map { $0 + 1 }
    #expect(first.skips.map(\.row).sorted() == skipped)
    #expect(first.skips.allSatisfy { !$0.reason.isEmpty })
    let position = try ledger.headPosition()
    #expect(first.eventsAppended == Int(position))
    let second = try run([path], into: ledger)
    #expect(second.eventsAppended == 0)
    #expect(try ledger.headPosition() == position)
    #expect(second.duplicates == lines.count(.taken) + lines.count(.duplicate))
    #expect(second.skips.map(\.row).sorted() == skipped)
  }

  @Test(arguments: [5, 6] as [UInt64])
  func `in parts, or by way of an export, gives the same ledger`(seed: UInt64) throws {
    let lines = try RandomLines(seed: seed, count: 240)
    let whole = try file("whole.jsonl", lines.file(0..<240))
    let parts = try (0..<4).map { part in
      try file("part \(part).jsonl", lines.file(part * 60..<part * 60 + 60))
    }
    let ledgers = try ["whole", "parts", "runs", "again"].map(open)
    defer { for ledger in ledgers { ledger.close() } }
    _ = try run([whole], into: ledgers[0])
    _ = try run(parts, into: ledgers[1])
    for part in parts { _ = try run([part], into: ledgers[2]) }
    let exported = try export(ledgers[0])
    #expect(try split(export(ledgers[1])) == split(exported))
    // Each run has its own beginning and end in the log, so positions differ.
    #expect(
      try split(export(ledgers[2])).map(\.withoutPlace) == split(exported).map(\.withoutPlace)
    )
    let again = try run([try file("export.jsonl", exported)], into: ledgers[3])
    #expect(again.skipped == 0 && again.duplicates == 0)
    #expect(again.rows == lines.count(.taken))
    #expect(
      try split(export(ledgers[3])).map(\.withoutPlace) == split(exported).map(\.withoutPlace)
    )
  }

  @Test(arguments: [7, 8] as [UInt64])
  func `says beforehand which rows it would not take`(seed: UInt64) throws {
    let lines = try RandomLines(seed: seed, count: 200)
    let path = try file("lines.jsonl", lines.file(0..<200))
    let ledger = try open("ledger")
    defer { ledger.close() }
    let planned = try run([path], into: ledger, .preview)
    #expect(try ledger.headPosition() == 0)
    let done = try run([path], into: ledger)
    #expect(planned.rows == done.rows)
    // Rows are compared with the ledger before the import, not with one another.
    let rows = Set(planned.skips.map(\.row))
    #expect(rows.isSubset(of: done.skips.map(\.row)))
    #expect(
      done.skips.filter { !rows.contains($0.row) }.allSatisfy { $0.reason.contains("identity") }
    )
    let again = try run([path], into: ledger, .preview)
    #expect(again.duplicates == done.rows - done.skipped)
    #expect(again.skips.map(\.row).sorted() == done.skips.map(\.row).sorted())
  }
}

extension String {
  /// The line without the identity and the key that an import gives a row it finds by its place.
  fileprivate var withoutPlace: String {
    replacing(/"(id|key|fingerprint|since)":("[^"]*"|\d+),?/, with: "")
  }
}
