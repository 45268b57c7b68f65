import Foundation
import Testing

@Suite
struct `A backup` {
  @Test
  func `brings the same ledger back`() throws {
    let ledger = try LedgerFolder()
    try ledger.importDialogues(.sample)
    let backup = try ledger.backUp()
    let status = try ledger.status()
    #expect(backup.root == status.root)
    #expect(backup.position == status.position)
    #expect(backup.verified == status.position)
    let restored = try ledger.restored()
    #expect(try restored.status() == status)
    #expect(try restored.contents() == ledger.contents())
    try restored.run("verify")
    let digest = try ledger.read(Shape.Rebuilt.self, "rebuild").digest
    #expect(try restored.read(Shape.Rebuilt.self, "rebuild").digest == digest)
    try restored.run("bots", "register", "More", "--owner", "airline")
    #expect(try restored.status().position > status.position)
  }

  @Test
  func `takes only what came since, and is whole after each run`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    var sizes: [UInt64] = []
    for round in 0..<4 {
      let conversation = try ledger.startConversation()
      try ledger.run("post", conversation, "round \(round)")
      let more = round.isMultiple(of: 2) ? "--verify-new" : "--keep-keys=9"
      let backup = try ledger.backUp(more)
      #expect(backup.segments == round + 1)
      #expect(backup.added == backup.position - (sizes.last ?? 0))
      #expect(backup.verified == (round.isMultiple(of: 2) ? backup.added : backup.position))
      sizes.append(backup.position)
      let check = try ledger.read(Shape.BackupCheck.self, "backup", ledger.backup, "--check")
      #expect(check.whole)
      #expect(check.root == backup.root)
    }
    let again = try ledger.backUp()
    #expect(again.added == 0)
    #expect(again.segments == 4)
    #expect(try ledger.restored().contents() == ledger.contents())
  }

  @Test
  func `of an empty ledger is one`() throws {
    let ledger = try LedgerFolder()
    try ledger.run("init")
    #expect(try ledger.backUp().position == 0)
    let restored = try ledger.restored()
    try restored.enterNetwork()
    try restored.run("verify")
  }

  @Test
  func `goes back to any position, and to a time`() throws {
    let ledger = try LedgerFolder()
    try ledger.importDialogues(.sample)
    let conversation = try ledger.contents().inboxes.values.joined().first?.conversation
    let backup = try ledger.backUp()
    var chance = Chance(Effort.seed, 20)
    let positions = (0..<3).map { _ in UInt64.random(in: 1..<backup.position, using: &chance) }
    let roots = Python.isThere ? try ledger.rootsByPython(positions) : [:]
    for position in positions {
      let restored = try ledger.restored("--to", "\(position)")
      let status = try restored.status()
      #expect(status.position == position)
      #expect(roots.isEmpty || status.root == roots[position])
      try restored.run("verify")
      guard let conversation else { continue }
      let call = ["transcript", conversation, "--json"]
      let then = try ledger.answer(to: call + ["--as-of", "\(position)"])
      let now = try restored.answer(to: call)
      #expect(now.exit == then.exit)
      if now.exit == .code(0) {
        let entries = try now.json(Shape.Transcript.self).entries.map(\.text)
        #expect(try entries == then.json(Shape.Transcript.self).entries.map(\.text))
      }
    }
    #expect(try ledger.restored("--to", "1970-01-01T00:00:00Z").status().position == 0)
    #expect(try ledger.restored("--to", "2999-01-01T00:00:00Z").status().root == backup.root)
    let other = try LedgerFolder()
    try other.run("restore", ledger.backup, "--to", "\(backup.position + 1)", exits: 66)
  }

  @Test(.enabled(if: Python.isThere))
  func `is read by a program that knows only its description`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    try ledger.backUp()
    try ledger.importDialogues(.sample)
    let backup = try ledger.backUp()
    #expect(try ledger.rootsByPython() == [backup.position: backup.root])
  }

  @Test
  func `is refused to another ledger, and to an older copy of its own`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let backup = try ledger.backUp()
    let old = try ledger.restored("--to", "\(backup.position - 1)")
    let other = try LedgerFolder()
    try other.enterNetwork()
    for stranger in [old, other] {
      let files = try ledger.backupFiles()
      let answer = try stranger.run("backup", ledger.backup, exits: 73)
      #expect(answer.standardError.contains("give another folder"))
      #expect(try ledger.backupFiles() == files)
    }
    try old.run("bots", "register", "More", "--owner", "airline")
    let answer = try old.run("backup", ledger.backup, exits: 73)
    #expect(answer.standardError.contains("another history"))
  }

  @Test
  func `is restored over nothing`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    try ledger.backUp()
    let status = try ledger.status()
    let answer = try ledger.run("restore", ledger.backup, exits: 73)
    #expect(answer.standardError.contains("writes over nothing"))
    #expect(try ledger.status() == status)
    let none = try LedgerFolder()
    try none.run("restore", none.folder.path, exits: 66)
    try none.run("backup", none.backup, "--check", exits: 66)
    try none.run("backup", none.backup, exits: 66)
  }
}
