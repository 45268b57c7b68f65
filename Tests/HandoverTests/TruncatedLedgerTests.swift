import Foundation
import Testing

@Suite
struct `A ledger that lost the end of a file` {
  private func file(_ part: String, of ledger: LedgerFolder) -> URL {
    URL(filePath: ledger.path + "/\(part)/data.mdb")
  }

  private func cut(_ file: URL, _ size: (UInt64) -> UInt64) throws {
    let handle = try FileHandle(forUpdating: file)
    try handle.truncate(atOffset: size(try handle.seekToEnd()))
    try handle.close()
  }

  private func conversation(in ledger: LedgerFolder) throws -> String {
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    for number in 0..<20 { try ledger.run("post", conversation, "Hello \(number)") }
    return conversation
  }

  @Test(arguments: ["log", "keys"])
  func `is refused with a sentence and an exit code`(part: String) throws {
    let ledger = try LedgerFolder()
    let conversation = try conversation(in: ledger)
    let calls = [
      ["status"], ["bots"], ["verify"], ["transcript", conversation],
      ["post", conversation, "Hello"],
    ]
    let cuts: [(UInt64) -> UInt64] = [{ $0 - 1 }, { $0 / 2 }, { _ in 8_192 }, { _ in 5_000 }]
    for size in cuts {
      try cut(file(part, of: ledger), size)
      for call in calls {
        let answer = try ledger.run(call, exits: 74)
        #expect(answer.text == "")
        #expect(answer.standardError.hasPrefix("handover: "))
        #expect(answer.standardError.contains("restore a backup") || size(1) == 5_000)
      }
    }
  }

  @Test
  func `is not begun anew beside the keys that are left`() throws {
    let ledger = try LedgerFolder()
    _ = try conversation(in: ledger)
    let log = file("log", of: ledger)
    try cut(log) { _ in 0 }
    let commands = [["init"], ["bots", "register", "New", "--owner", "airline"], ["status"]]
    for command in commands {
      let answer = try ledger.run(command, exits: 74)
      #expect(answer.standardError.contains("restore a backup"))
    }
    try FileManager.default.removeItem(at: log)
    let answer = try ledger.run("init", exits: 74)
    #expect(answer.standardError.contains("is missing though there are keys"))
  }

  @Test
  func `of views only loses nothing`() throws {
    let ledger = try LedgerFolder()
    let conversation = try conversation(in: ledger)
    try ledger.run("rebuild")
    let before = try ledger.contents()
    for size in [4_096, 8_192, 20_000] as [UInt64] {
      try cut(file("views", of: ledger)) { min($0 - 1, size) }
      #expect(try ledger.contents() == before)
    }
    try ledger.run("post", conversation, "Hello")
    #expect(try ledger.run("replay", "--json").jsonLines(Verdict.self).map(\.same) == [true])
  }

  private struct Verdict: Decodable {
    var same: Bool
  }
}
