import Foundation
import Testing

/// The views are derived: whatever becomes of their files, the log brings them back.
@Suite
struct `Views that are lost` {
  /// What becomes of the folder of the views.
  enum Loss: CaseIterable {
    case deleted, emptied, withoutLock, garbage, truncated, damaged, aFile, ofAnotherLedger, old

    func befall(_ views: URL, other: URL, old: URL) throws {
      let files = FileManager.default
      let data = views.appending(path: "data.mdb")
      switch self {
      case .deleted: try files.removeItem(at: views)
      case .emptied:
        for file in try files.contentsOfDirectory(at: views, includingPropertiesForKeys: nil) {
          try files.removeItem(at: file)
        }
      case .withoutLock: try files.removeItem(at: views.appending(path: "lock.mdb"))
      case .garbage: try Data((0..<100_000).map { UInt8(truncatingIfNeeded: $0) }).write(to: data)
      case .truncated: try Data(contentsOf: data).prefix(16_384).write(to: data)
      case .damaged:
        var bytes = try Data(contentsOf: data)
        // The numbers of the format and its version, in both meta pages.
        for place in [16, 4_112] { bytes[place] ^= 0xFF }
        try bytes.write(to: data)
      case .aFile:
        try files.removeItem(at: views)
        try Data("no views".utf8).write(to: views)
      case .ofAnotherLedger, .old:
        try files.removeItem(at: views)
        try files.copyItem(at: self == .old ? old : other, to: views)
      }
    }
  }

  @Test(arguments: Loss.allCases)
  func `come back from the log, the same`(loss: Loss) throws {
    let ledger = try LedgerFolder()
    let views = URL(filePath: ledger.path + "/views")
    let old = ledger.folder.appending(path: "old")
    try ledger.enterNetwork()
    try ledger.run("rebuild")
    try FileManager.default.copyItem(at: views, to: old)
    try ledger.importDialogues(.sample)
    let conversation = try ledger.startConversation()
    try ledger.run("rebuild")
    let contents = try ledger.contents()
    let verdict = try ledger.read(Shape.Verdict.self, "replay")
    let other = try LedgerFolder()
    try other.importDialogues(.sample)
    try other.run("rebuild")
    try loss.befall(views, other: URL(filePath: other.path + "/views"), old: old)
    // First for readers alone, who fold the log; then for a writer, who makes them anew.
    #expect(try ledger.contents() == contents)
    try ledger.run("verify")
    try ledger.run("post", conversation, "Hello", "--idempotency-key", "one")
    try ledger.run("post", conversation, "Hello", "--idempotency-key", "one")
    #expect(try ledger.entries(of: conversation).map(\.text) == ["Hello"])
    let after = try ledger.read(Shape.Verdict.self, "replay")
    #expect(after.same)
    #expect(after.position == verdict.position + 1)
    #expect(try ledger.read(Shape.Rebuilt.self, "rebuild").digest == after.rebuiltDigest)
  }

  @Test
  func `under a running writer stop neither it nor its readers`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    var witness = try Witness(ledger, Story(seed: Effort.seed, callers: 4))
    let orders = witness.beginRound(new: 300)
    let writer = try Writer(ledger, orders)
    writer.waitForOutput(bytes: 4_000)
    try FileManager.default.removeItem(atPath: ledger.path + "/views")
    try ledger.run("verify")
    #expect(try ledger.contents().bots.count == 5)
    writer.tool.wait()
    let report = try writer.report()
    #expect(writer.tool.exit == .code(0))
    #expect(report.failures.isEmpty)
    witness.hear(report, orders)
    try witness.look()
    try witness.close()
  }
}
