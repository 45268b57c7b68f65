import Foundation
import Testing

/// Witnesses that are written in another language, from the published formats alone.
@Suite(.enabled(if: Python.hasCryptography))
final class `A witness` {
  private let ledger: LedgerFolder
  private let vkey: String
  private let process: RunningTool
  private let key: String
  private let address: String

  init() throws {
    ledger = try LedgerFolder()
    try ledger.importDialogues(.sample)
    vkey = try ledger.read(Shape.CheckpointKey.self, "checkpoint").vkey
    let script = Clone.root.appending(path: "Tests/HandoverTests/Proofs/witness.py").path
    let output = ledger.folder.appending(path: "witness.out")
    let call = Tool.Call(
      executable: "/usr/bin/env",
      arguments: ["python3", script, vkey, "witness.example"],
      input: Data(),
    )
    let error = ledger.folder.appending(path: "witness.err")
    process = try Tool.start(call, output: output, error: error)
    var lines: [Substring] = []
    while lines.count < 2, process.isRunning {
      usleep(10_000)
      lines = try String(contentsOf: output, encoding: .utf8).split(separator: "\n")
    }
    try #require(lines.count == 2, "the witness does not run")
    key = String(lines[0])
    address = "http://127.0.0.1:\(lines[1])"
  }

  deinit { process.end() }

  private func witnessed(_ folder: LedgerFolder? = nil, exits code: Int32 = 0) throws -> Answer {
    try (folder ?? ledger).run(
      ["checkpoint", "--witness", address, "--witness-key", key],
      exits: code,
    )
  }

  @Test
  func `signs what continues what it signed, and checkpoint and proofs bear that`() throws {
    let first = String(decoding: try witnessed().standardOutput, as: UTF8.self)
    #expect(first.contains("\n— witness.example "))
    // The log grows; the proof that it only grew is the witness's to check.
    try ledger.run("bots", "register", "Late", "--owner", "late")
    let second = String(decoding: try witnessed().standardOutput, as: UTF8.self)
    #expect(second.contains("\n— witness.example ") && second != first)
    // The same again is signed again.
    _ = try witnessed()
    let proof = ledger.folder.appending(path: "record.proof").path
    try ledger.run("prove", "100", "--out", proof)
    let keys = ["--vkey", vkey, "--witness-key", key]
    let checked = try ledger.run(["check-proof", proof] + keys)
    #expect(checked.lines.contains { $0.contains("witness witness.example has signed it at 20") })
    try ledger.run("verify", "--only", "checkpoint")
    // Once the log is signed anew, the witness has to be asked again.
    try ledger.run("bots", "register", "Later", "--owner", "late")
    try ledger.run("prove", "100", "--out", proof)
    try ledger.run(["check-proof", proof] + keys, exits: 1)
  }

  @Test
  func `does not sign a shorter log, and the ledger says what that means`() throws {
    let older = try LedgerFolder()
    try FileManager.default.copyItem(atPath: ledger.path, toPath: older.path)
    try ledger.run("bots", "register", "Late", "--owner", "late")
    _ = try witnessed()
    let answer = try witnessed(older, exits: 74)
    #expect(answer.standardError.contains("older copy"))
  }

  @Test
  func `does not sign another course of the log`() throws {
    let other = try LedgerFolder()
    try FileManager.default.copyItem(atPath: ledger.path, toPath: other.path)
    try ledger.run("bots", "register", "Late", "--owner", "late")
    _ = try witnessed()
    try other.run("bots", "register", "Else", "--owner", "else")
    let head = try other.run("status", "--json").standardOutput
    let same = try ledger.run("status", "--json").standardOutput
    #expect(head != same)
    #expect(try witnessed(other, exits: 74).standardError.contains("another"))
    for number in 0..<9 { try other.run("bots", "register", "E\(number)", "--owner", "else") }
    #expect(try witnessed(other, exits: 74).standardError.contains("another course"))
  }

  @Test
  func `that is not there, does not know the log, or has another key is said to be so`() throws {
    let nobody = ["checkpoint", "--witness", "http://127.0.0.1:9", "--witness-key", key]
    #expect(try ledger.run(nobody, exits: 69).standardError.contains("cannot be asked"))
    let stranger = try LedgerFolder()
    try stranger.run("init")
    #expect(try witnessed(stranger, exits: 69).standardError.contains("404"))
    let wrong = ["checkpoint", "--witness", address, "--witness-key", vkey]
    try ledger.run(wrong, exits: 69)
    try ledger.run(["checkpoint", "--witness", address, "--witness-key", "x"], exits: 65)
    try ledger.run(["checkpoint", "--witness", address], exits: 64)
  }
}
