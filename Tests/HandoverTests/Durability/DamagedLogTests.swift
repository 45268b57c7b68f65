import Foundation
import Testing

/// Damages the log's file in every way a device can, in copies of one ledger.
@Suite
struct `A log file that is damaged` {
  private let whole: LedgerFolder
  private let size: Int
  private let export: Data

  init() throws {
    whole = try LedgerFolder()
    try whole.importSeeded(.sample)
    export = try whole.run("export", "--to", "jsonl").standardOutput
    size = try Data(contentsOf: Self.log(of: whole)).count
  }

  private static func log(of ledger: LedgerFolder) -> URL {
    URL(filePath: ledger.path + "/log/data.mdb")
  }

  /// A copy of the ledger whose log was changed.
  private func copy(_ change: (inout Data) -> Void) throws -> LedgerFolder {
    let copy = try LedgerFolder()
    try FileManager.default.copyItem(atPath: whole.path, toPath: copy.path)
    var bytes = try Data(contentsOf: Self.log(of: copy))
    change(&bytes)
    try bytes.write(to: Self.log(of: copy))
    return copy
  }

  /// Calls every kind of command: none is ended by a signal, each failure has a sentence.
  @discardableResult
  private func callAll(on ledger: LedgerFolder, _ damage: String) throws -> [Answer.Exit] {
    let calls = [
      ["status"], ["verify"], ["bots"], ["export", "--to", "jsonl"], ["replay"], ["rebuild"],
      ["bots", "enable", "Homes_1"], ["init"],
    ]
    return try calls.map { call in
      let answer = try ledger.answer(to: call)
      #expect([.code(0), .code(1), .code(74)].contains(answer.exit), "\(damage), \(call)")
      if answer.exit == .code(74) {
        #expect(answer.standardError.contains("handover: "), "\(damage), \(call)")
        #expect(answer.standardError.contains("backup"), "\(damage): \(answer.standardError)")
      }
      return answer.exit
    }
  }

  @Test
  func `that lost its end is refused by every command, unless nothing used was lost`() throws {
    var chance = Chance(Effort.seed, 11)
    var sizes = [0, 1, 4_096, 8_192, size / 2, size - 1]
    sizes += (0..<Effort.rounds(0.1, least: 2)).map { _ in
      Int.random(in: 0..<size, using: &chance)
    }
    for length in sizes {
      let ledger = try copy { $0 = $0.prefix(length) }
      let damage = "\(length) of \(size) bytes"
      if try ledger.answer(to: ["verify"]).exit == .code(0) {
        // The pages at its end were free.
        #expect(length > size / 2, "\(damage)")
        try expectSilentNowhere(ledger, damage)
        continue
      }
      let exits = try callAll(on: ledger, damage)
      #expect(exits.allSatisfy { $0 == .code(74) }, "\(damage): \(exits)")
      // Nothing makes it longer or begins another log in its place.
      #expect(try Data(contentsOf: Self.log(of: ledger)).count == length, "\(damage)")
    }
  }

  @Test
  func `that is gone is not begun anew beside its keys`() throws {
    let ledger = try LedgerFolder()
    try FileManager.default.copyItem(atPath: whole.path, toPath: ledger.path)
    try FileManager.default.removeItem(at: Self.log(of: ledger))
    try ledger.run("init", exits: 74)
    try ledger.run("import", "--from", "sgd", Corpus.sample?.files.first ?? "", exits: 74)
    #expect(!FileManager.default.fileExists(atPath: Self.log(of: ledger).path))
  }

  @Test
  func `in any other page is never silent`() throws {
    var chance = Chance(Effort.seed, 13)
    for round in 0..<Effort.rounds(0.5, least: 8) {
      let page = Int.random(in: 2..<(size / 4_096), using: &chance) * 4_096
      // The head of a page says where its entries lie, so it is hit more often.
      let place = page + Int.random(in: 0..<(round.isMultiple(of: 2) ? 40 : 4_096), using: &chance)
      let bit = UInt8(1) << UInt8.random(in: 0..<8, using: &chance)
      let ledger = try copy { $0[place] ^= bit }
      try expectSilentNowhere(ledger, "byte \(place), bit \(bit)")
    }
  }

  /// Either `verify` says no, or every word is what it was.
  private func expectSilentNowhere(_ ledger: LedgerFolder, _ damage: String) throws {
    let verified = try ledger.answer(to: ["verify"])
    if verified.exit == .code(0) {
      let exported = try ledger.answer(to: ["export", "--to", "jsonl"])
      #expect(exported.standardOutput == export || exported.exit == .code(74), "\(damage)")
    }
    try callAll(on: ledger, damage)
  }
}
