import Foundation
import Testing

/// A whole conversation, proved to somebody who has no ledger.
@Suite
struct `The proof of a conversation` {
  private let ledger: LedgerFolder
  private let vkey: String
  private let conversation: String

  /// What `check-proof --json` prints, as far as it is about a conversation.
  private struct Checked: Decodable {
    var holds: Bool
    var conversationId: String?
    var count: Int?
    var firstPosition: UInt64?
    var lastPosition: UInt64?
    var unchecked: [String]
    var reason: String?
    var transcript: Words?

    struct Words: Decodable { var entries: [Entry] }
    struct Entry: Decodable { var text: String }
  }

  /// The proof, as far as it is tampered with here.
  private struct Proof: Codable {
    var format: String
    var conversationId: String
    var count: Int
    var firstPosition: UInt64
    var lastPosition: UInt64
    var checkpoint: String
    var statement: String
    var key: String?
    var records: [ProvedRecord]

    struct ProvedRecord: Codable {
      var position: UInt64
      var record: String
      var path: [String]
    }
  }

  init() throws {
    ledger = try LedgerFolder()
    try ledger.importDialogues(.sample)
    vkey = try ledger.read(Shape.CheckpointKey.self, "checkpoint").vkey
    let events = try ledger.run("export", "--to", "jsonl").standardOutput
    let line = try #require(
      events.split(separator: UInt8(ascii: "\n")).last {
        $0.range(of: Data("handedOver".utf8)) != nil
      }
    )
    conversation = try #require(try JSONDecoder().decode(Line.self, from: line).conversation)
  }

  private func prove(_ more: String...) throws -> Data {
    try ledger.run(["prove", "--conversation", conversation] + more).standardOutput
  }

  private func check(_ proof: Data, exits code: Int32 = 0) throws -> Checked {
    let file = try ledger.file("conversation.proof", proof)
    let call = Tool.Call(
      arguments: ["check-proof", file, "--vkey", vkey, "--json"],
      input: Data(),
    )
    let answer = try Tool.run(call, in: ledger.folder)
    #expect(answer.exit == .code(code), "\(answer.standardError)")
    return try answer.json(Checked.self)
  }

  @Test
  func `holds without the ledger, and says how many events there are and where`() throws {
    let checked = try check(prove())
    #expect(checked.holds && checked.conversationId == conversation)
    #expect(checked.count ?? 0 > 2)
    #expect(checked.firstPosition ?? 0 < checked.lastPosition ?? 0)
    #expect(checked.transcript == nil)
    #expect(checked.unchecked.contains { $0.contains("--words") })
  }

  @Test
  func `has no word in it unless that is asked for, and then all of them`() throws {
    let transcript = try ledger.read(Checked.Words.self, "transcript", conversation)
    let words = transcript.entries.map(\.text)
    let sealed = String(decoding: try prove(), as: UTF8.self)
    #expect(words.allSatisfy { $0.isEmpty || !sealed.contains($0) })
    let checked = try check(prove("--words"))
    #expect(checked.transcript?.entries.map(\.text) == words)
  }

  @Test
  func `with its words is written down as an export`() throws {
    _ = try prove()
    #expect(try ledger.run("reads").standardOutput.isEmpty == false)
    let before = String(decoding: try ledger.run("reads").standardOutput, as: UTF8.self)
    #expect(!before.contains(conversation))
    _ = try prove("--words")
    let after = String(decoding: try ledger.run("reads").standardOutput, as: UTF8.self)
    #expect(after.contains("exported") && after.contains(conversation))
  }

  @Test
  func `does not hold if an event is left out, put elsewhere or changed`() throws {
    let whole = try JSONDecoder().decode(Proof.self, from: prove("--words"))
    func refuse(_ change: (inout Proof) -> Void) throws {
      var proof = whole
      change(&proof)
      #expect(try !check(JSONEncoder().encode(proof), exits: 1).holds)
    }
    // The last one: the statement says how many there are.
    try refuse { $0.records.removeLast() }
    try refuse {
      $0.records.removeLast()
      $0.count -= 1
      $0.lastPosition = $0.records.last?.position ?? 0
    }
    try refuse { $0.records.remove(at: 1) }
    try refuse { $0.records.swapAt(0, 1) }
    try refuse { $0.records[1].path.swapAt(0, 1) }
    try refuse { $0.count += 1 }
    try refuse { $0.firstPosition += 1 }
    // A bit of the last byte, which is sealed.
    try refuse { proof in
      var bytes = Data(base64Encoded: proof.records[1].record) ?? Data()
      bytes[bytes.count - 1] ^= 1
      proof.records[1].record = bytes.base64EncodedString()
    }
    try refuse { $0.key = Data(repeating: 7, count: 32).base64EncodedString() }
    try refuse { $0.statement = $0.checkpoint }
    try refuse { $0.conversationId = "01980000-0000-7000-8000-00000000000f" }
  }

  @Test
  func `that cannot be read is bad data`() throws {
    for text in ["{}", "{", #"{"format":"x"}"#] {
      let file = try ledger.file("broken.proof", Data(text.utf8))
      try ledger.run("check-proof", file, exits: 65)
    }
    try ledger.run("prove", "--conversation", "01980000-0000-7000-8000-00000000000f", exits: 66)
    try ledger.run("prove", "1", "--words", exits: 64)
  }

  @Test
  func `of a conversation that was erased still holds, without words`() throws {
    let before = try prove()
    try ledger.run("erase", "--conversation", conversation, "--ground", "ticket 81")
    #expect(try check(before).holds)
    let after = try check(prove("--words"))
    #expect(after.holds && after.transcript == nil)
  }
}
