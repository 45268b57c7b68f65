import Foundation
import Testing

/// Proofs on the command line: written with the ledger, checked without it.
@Suite
struct `A proof` {
  let ledger: LedgerFolder
  let proof: Proved
  let file: String

  /// What `prove --json` prints.
  struct Proved: Decodable {
    var origin: String
    var size: UInt64
    var root: String
    var vkey: String
    var proof: String
  }

  /// What `check-proof --json` prints.
  struct Checked: Decodable {
    var holds: Bool
    var origin: String
    var position: UInt64?
    var size: UInt64
    var checked: [String]
    var unchecked: [String]
    var reason: String?
  }

  init() throws {
    ledger = try LedgerFolder()
    try ledger.importDialogues(.sample)
    proof = try ledger.read(Proved.self, "prove", "100")
    file = try ledger.file("record.proof", Data(proof.proof.utf8))
  }

  /// Checks a proof where there is no ledger.
  private func check(_ arguments: String..., exits code: Int32 = 0) throws -> Checked {
    let call = Tool.Call(arguments: ["check-proof"] + arguments + ["--json"], input: Data())
    let answer = try Tool.run(call, in: ledger.folder)
    #expect(answer.exit == .code(code), "\(answer.standardError)")
    return try answer.json(Checked.self)
  }

  @Test
  func `of a record holds without the ledger`() throws {
    let checked = try check(file, "--vkey", proof.vkey)
    #expect(checked.holds)
    #expect(checked.position == 100)
    #expect(checked.size == proof.size)
    #expect(checked.origin == proof.origin)
    #expect(checked.checked.count == 3)
  }

  @Test
  func `says without a key that nobody vouches for it`() throws {
    let checked = try check(file)
    #expect(checked.holds)
    #expect(checked.unchecked.contains { $0.contains("--vkey") })
  }

  @Test
  func `does not hold under another key`() throws {
    let other = try LedgerFolder()
    try other.run("init")
    let key = try other.read(Shape.CheckpointKey.self, "checkpoint").vkey
    let checked = try check(file, "--vkey", key, exits: 1)
    #expect(!checked.holds)
    #expect(checked.reason != nil)
  }

  @Test
  func `does not hold once a byte of record, path or checkpoint is another`() throws {
    let bytes = Array(proof.proof.utf8)
    // A digit for a digit keeps the form, so that what is wrong is the proof and not its text.
    for index in stride(from: 30, to: bytes.count - 5, by: 41) {
      var changed = bytes
      guard let digit = UInt8(ascii: "A")..<UInt8(ascii: "Z") ~= bytes[index] ? bytes[index] : nil
      else { continue }
      changed[index] = digit + 1
      let path = try ledger.file("changed.proof", Data(changed))
      let call = Tool.Call(
        arguments: ["check-proof", path, "--vkey", proof.vkey],
        input: Data(),
      )
      let answer = try Tool.run(call, in: ledger.folder)
      #expect(answer.exit == .code(1) || answer.exit == .code(65), "byte \(index)")
    }
  }

  @Test
  func `that cannot be read is bad data, and one that is missing no input`() throws {
    let broken = try ledger.file("broken.proof", Data("c2sp.org/tlog-proof@v1\n".utf8))
    try ledger.run("check-proof", broken, exits: 65)
    try ledger.run("check-proof", broken + ".missing", exits: 66)
    try ledger.run("check-proof", file, "--vkey", "no key", exits: 65)
  }

  @Test
  func `of a position behind the end is refused`() throws {
    let answer = try ledger.run("prove", "\(proof.size + 1)", exits: 66)
    #expect(answer.standardError.contains("the log ends at position \(proof.size)"))
    try ledger.run("prove", "0", exits: 66)
  }

  @Test
  func `of growth leads from an earlier checkpoint to a later one`() throws {
    // Given a checkpoint, and a log that has grown since.
    let old = try ledger.run("checkpoint").standardOutput
    let path = try ledger.file("old.checkpoint", old)
    try ledger.run("bots", "register", "Late", "--owner", "late")
    // When the growth is proved.
    let growth = try ledger.read(Proved.self, "prove", "--since", "\(proof.size)")
    let file = try ledger.file("growth.proof", Data(growth.proof.utf8))
    // Then it holds with the earlier checkpoint, and not with that of another log.
    let checked = try check(file, "--old", path, "--vkey", growth.vkey)
    #expect(checked.holds)
    #expect(checked.checked.last == "the log has only grown since the earlier checkpoint")
    let other = try LedgerFolder()
    try other.importDialogues(.sample)
    let foreign = try ledger.file("foreign", try other.run("checkpoint").standardOutput)
    #expect(try !check(file, "--old", foreign, exits: 1).holds)
  }

  @Test(.enabled(if: Python.hasCryptography))
  func `is accepted, and once it is changed refused, by a checker in another language`() throws {
    #expect(try checkByPython(proof.proof) == .code(0))
    let changed = proof.proof.replacingOccurrences(of: "index 99", with: "index 98")
    #expect(try checkByPython(changed) == .code(1))
  }

  private func checkByPython(_ text: String) throws -> Answer.Exit {
    let checker = Clone.root.appending(path: "Tests/HandoverTests/Proofs/check_proof.py").path
    let file = try ledger.file("python.proof", Data(text.utf8))
    return try Python.run([checker, file, proof.vkey], in: ledger.folder).exit
  }
}

extension Shape {
  /// The key in what `checkpoint --json` prints.
  struct CheckpointKey: Decodable {
    var vkey: String
  }
}
