import Foundation
import Glibc
import Testing

/// Backs a ledger up while it is written, and ends the backup at any moment.
@Suite
struct `A backup beside a writer` {
  @Test
  func `neither waits for it nor holds it up, and brings a moment of it back`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    var witness = try Witness(ledger, Story(seed: Effort.seed, callers: 4))
    let orders = witness.beginRound(new: 600)
    let writer = try Writer(ledger, orders)
    var backups: [Shape.Backup] = []
    while writer.tool.isRunning, backups.count < 12 { backups.append(try ledger.backUp()) }
    writer.tool.wait()
    let report = try writer.report()
    #expect(writer.tool.exit == .code(0), "\(report.error)")
    #expect(report.failures.isEmpty)
    #expect(backups.count > 1)
    #expect(Set(backups.map(\.position)).count > 1)
    witness.hear(report, orders)
    try witness.look()
    for backup in backups.dropFirst().prefix(3) {
      let restored = try ledger.restored("--to", "\(backup.position)")
      #expect(try restored.status().root == backup.root)
      // Every word of that moment can be read: its keys are in the copy.
      let count = "\(backup.position)"
      let call = ["follow", "--json", "--after", "0", "--limit", count]
      #expect(try restored.run(call).text == ledger.run(call).text)
    }
    try witness.close()
  }

  @Test
  func `that is killed leaves no manifest, and the next run goes on`() throws {
    var chance = Chance(Effort.seed, 22)
    let ledger = try LedgerFolder()
    try ledger.importDialogues(.sample)
    let time = try ContinuousClock().measure { try ledger.backUp() }
    try FileManager.default.removeItem(atPath: ledger.backup)
    var kills = 0
    for round in 0..<Effort.rounds(1, least: 8) {
      let tool = try ledger.start("backup", ledger.backup)
      let microseconds = time.components.attoseconds / 1_000_000_000_000
      usleep(.random(in: 0...UInt32(microseconds), using: &chance))
      _ = Glibc.kill(tool.identifier, SIGKILL)
      tool.wait()
      if tool.exit == .signal(SIGKILL) { kills += 1 }
      let manifests = try ledger.manifests()
      let check = try ledger.answer(to: ["backup", ledger.backup, "--check", "--without-keys"])
      #expect(check.exit == .code(manifests.isEmpty ? 66 : 0), "\(check.standardError)")
      if round.isMultiple(of: 3) {
        let backup = try ledger.backUp()
        #expect(try backup.position == ledger.status().position)
        #expect(try ledger.read(Shape.BackupCheck.self, "backup", ledger.backup, "--check").whole)
        try FileManager.default.removeItem(atPath: ledger.backup)
      }
    }
    let status = try ledger.status()
    #expect(try ledger.backUp().root == status.root)
    #expect(try ledger.restored().contents() == ledger.contents())
    Effort.note("\(kills) kills of a backup, the next one was whole")
  }

  @Test
  func `takes over segments that a killed run left whole`() throws {
    let ledger = try LedgerFolder()
    try ledger.importDialogues(.sample)
    let first = try ledger.backUp()
    let segment = try #require(ledger.backupFiles().first { $0.hasSuffix(".records") })
    for name in try ledger.manifests() {
      try FileManager.default.removeItem(atPath: ledger.backup + "/manifests/" + name)
    }
    let file = ledger.backup + "/" + segment
    let number = try FileManager.default.attributesOfItem(atPath: file)[.systemFileNumber] as? Int
    let stray = ledger.backup + "/log/000000000000002-000000000000009.records"
    try FileManager.default.copyItem(atPath: file, toPath: stray)
    #expect(try ledger.backUp().root == first.root)
    #expect(
      try FileManager.default.attributesOfItem(atPath: file)[.systemFileNumber] as? Int == number
    )
    #expect(!FileManager.default.fileExists(atPath: stray))
  }

  @Test
  func `is one at a time`() throws {
    let ledger = try LedgerFolder()
    try ledger.importDialogues(.sample)
    let tools = try (0..<4).map { _ in try ledger.start("backup", ledger.backup) }
    for tool in tools { tool.wait() }
    for tool in tools { #expect([.code(0), .code(75)].contains(tool.exit)) }
    #expect(tools.contains { $0.exit == .code(0) })
    #expect(try ledger.read(Shape.BackupCheck.self, "backup", ledger.backup, "--check").whole)
  }
}

/// A backup to a small disk.
@Suite(.enabled(if: SmallDisk.isAllowed))
struct `A backup to a full disk` {
  @Test
  func `says so, is none, and comes to its end when there is space`() throws {
    let disk = try SmallDisk(mebibytes: 6)
    let ledger = try LedgerFolder()
    try ledger.importDialogues(.sample)
    let source = ledger.path
    // The ledger lies elsewhere; the backup is on the small disk.
    disk.ledger.adapt = { [adapt = disk.ledger.adapt] call in
      var call = call
      call.environment["HANDOVER_LEDGER"] = source
      return adapt(call)
    }
    let backup = disk.ledger.path + "/backup"
    for free in [0, 100, 300, 500] {
      try disk.fill(leaving: free << 10)
      let answer = try disk.ledger.run("backup", backup, exits: 74)
      let isNamed =
        answer.standardError.contains("the disk is full")
        || answer.standardError.contains("No space left on device")
      #expect(isNamed, "\(free) KiB: \(answer.standardError)")
      try disk.ledger.run("backup", backup, "--check", exits: 66)
      try disk.clear()
    }
    try disk.ledger.run("backup", backup)
    try disk.ledger.run("backup", backup, "--check")
  }
}

extension LedgerFolder {
  /// The manifests of the backup.
  fileprivate func manifests() throws -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: backup + "/manifests")
    return (names ?? []).filter { $0.hasSuffix(".json") }
  }
}
