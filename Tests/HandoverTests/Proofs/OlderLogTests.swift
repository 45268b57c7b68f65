import Foundation
import Testing

/// Ledgers whose log is not the one that was signed.
@Suite
struct `A log that is older than its checkpoint` {
  /// A ledger with a checkpoint, and an older log put in its place.
  private func olderLedger() throws -> (ledger: LedgerFolder, signed: CheckpointShape) {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let copy = try ledger.copyLog("older")
    for _ in 0..<3 { _ = try ledger.startConversation() }
    let signed = try ledger.read(CheckpointShape.self, "checkpoint")
    try ledger.putLog(copy)
    return (ledger, signed)
  }

  /// A ledger with a checkpoint, and in the log's place one that took another course and went on.
  private func forkedLedger() throws -> (ledger: LedgerFolder, signed: CheckpointShape) {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let before = try ledger.copyLog("before")
    _ = try ledger.startConversation()
    let first = try ledger.copyLog("first")
    try ledger.putLog(before)
    for _ in 0..<2 { _ = try ledger.startConversation() }
    let second = try ledger.copyLog("second")
    try ledger.putLog(first)
    let signed = try ledger.read(CheckpointShape.self, "checkpoint")
    try ledger.putLog(second)
    #expect(try ledger.status().position > signed.size)
    return (ledger, signed)
  }

  private func expectRefusals(_ ledger: LedgerFolder, _ words: String) throws {
    for call in [["init"], ["start", "--bot", "Flights"], ["checkpoint"]] {
      let answer = try ledger.run(call, exits: 74)
      #expect(answer.text == "")
      #expect(answer.standardError.contains(words), "\(answer.standardError)")
      #expect(answer.standardError.contains("handover checkpoint --accept-older"))
    }
    for call in [["status"], ["bots"], ["inbox", "Flights"], ["replay"]] {
      let answer = try ledger.run(call)
      #expect(answer.standardError.contains("handover: warning: this log"))
    }
  }

  @Test
  func `is read with a warning, and neither written nor signed`() throws {
    let (ledger, signed) = try olderLedger()
    let position = try ledger.status().position
    try expectRefusals(
      ledger,
      "this log ends at position \(position), but a checkpoint of position \(signed.size)",
    )
  }

  @Test
  func `or took another course is neither written nor signed`() throws {
    let (ledger, signed) = try forkedLedger()
    try expectRefusals(ledger, "is not the one whose position \(signed.size) was signed")
  }

  @Test
  func `goes on under another name and key when told to, and forgets nothing`() throws {
    for (ledger, signed) in [try olderLedger(), try forkedLedger()] {
      let accepted = try ledger.read(CheckpointShape.self, "checkpoint", "--accept-older")
      #expect(accepted.origin != signed.origin)
      #expect(accepted.vkey != signed.vkey)
      #expect(accepted.size == (try ledger.status().position))
      let kept = try ledger.keyFiles().filter { $0.hasPrefix("checkpoint.superseded-") }
      #expect(kept.count == 2)
      let contents = try kept.map { name in
        let file = URL(filePath: ledger.path + "/keys/" + name)
        return String(decoding: try Data(contentsOf: file), as: UTF8.self)
      }
      #expect(Set(contents) == [signed.note, signed.vkey + "\n"])
      #expect(kept.allSatisfy { $0.hasPrefix("checkpoint.superseded-\(signed.size)-") })
      _ = try ledger.startConversation()
      #expect(try ledger.run("status").standardError == "")
      let next = try ledger.read(CheckpointShape.self, "checkpoint")
      #expect(next.vkey == accepted.vkey)
      #expect(next.size > accepted.size)
      try ledger.run("verify")
    }
  }

  @Test
  func `is not accepted where nothing speaks against it`() throws {
    let ledger = try LedgerFolder()
    try ledger.enterNetwork()
    let checkpoint = try ledger.read(CheckpointShape.self, "checkpoint")
    try ledger.run("checkpoint", "--accept-older", exits: 66)
    #expect(try ledger.read(CheckpointShape.self, "checkpoint") == checkpoint)
  }

  @Test
  func `takes the name it is told, but not the old one`() throws {
    let (ledger, signed) = try olderLedger()
    let same = ["checkpoint", "--accept-older", "--origin", signed.origin]
    #expect(try ledger.run(same, exits: 65).standardError.contains(signed.origin))
    let files = try ledger.keyFiles()
    let call = ["checkpoint", "--accept-older", "--origin", "example.com/second", "--json"]
    let accepted = try ledger.run(call).json(CheckpointShape.self)
    #expect(accepted.origin == "example.com/second")
    #expect(try ledger.keyFiles().count == files.count + 2)
  }

  /// The process can end between the new key and its first signature.
  @Test
  func `is accepted once the new key is written`() throws {
    let (ledger, signed) = try olderLedger()
    try ledger.run("checkpoint", "--accept-older")
    let latest = URL(filePath: ledger.path + "/keys/checkpoint.latest")
    try Data(signed.note.utf8).write(to: latest)
    _ = try ledger.startConversation()
    #expect(try ledger.read(CheckpointShape.self, "checkpoint").origin != signed.origin)
  }
}

extension LedgerFolder {
  /// Copies the log beside the ledger.
  func copyLog(_ name: String) throws -> URL {
    let copy = folder.appending(path: name)
    try FileManager.default.copyItem(at: URL(filePath: path + "/log"), to: copy)
    return copy
  }

  /// Puts a copy in the log's place.
  func putLog(_ copy: URL) throws {
    let log = URL(filePath: path + "/log")
    try FileManager.default.removeItem(at: log)
    try FileManager.default.copyItem(at: copy, to: log)
  }

  /// The names of the files in the folder of the keys.
  func keyFiles() throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: path + "/keys"))
  }
}
