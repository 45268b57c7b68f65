import Testing
import TransparencyLog

@Suite
struct `A key of notes` {
  private func vectors() throws -> NoteVectors.Notes {
    try NoteVectors.read("notes", as: NoteVectors.Notes.self)
  }

  @Test
  func `is read and written as published`() throws {
    let keys = try vectors().golang_x_mod_note
    let signer = try SigningKey(parsing: keys.skey)
    #expect(signer.text == keys.skey)
    #expect(signer.verificationKey.text == keys.vkey)
    #expect(try VerificationKey(parsing: keys.vkey) == signer.verificationKey)
    for bad in keys.bad_vkeys {
      #expect(throws: FormatError.self) { try VerificationKey(parsing: bad) }
    }
  }

  @Test
  func `of a witness is told from that of a log`() throws {
    let keys = try vectors().cosignature_v1_vkeys
    let read = keys.valid.map { try? VerificationKey(parsing: $0[1]) }
    #expect(read.map { $0?.algorithm } == [.ed25519, .cosignature, nil])
    #expect(throws: FormatError.self) { try VerificationKey(parsing: keys.valid[2][1]) }
    for invalid in keys.invalid {
      #expect(throws: FormatError.self) { try VerificationKey(parsing: invalid[1]) }
    }
  }

  @Test
  func `is refused after any change of a character`() throws {
    let text = try vectors().golang_x_mod_note.vkey
    for index in text.utf8.indices.map({ text.utf8.distance(from: text.startIndex, to: $0) }) {
      for change in [1, 2, 4, 8, 16, 32, 64] as [UInt8] {
        var bytes = Array(text.utf8)
        bytes[index] ^= change
        let changed = String(decoding: bytes, as: UTF8.self)
        #expect(throws: FormatError.self) { try VerificationKey(parsing: changed) }
      }
    }
  }

  @Test(arguments: ["", "a b", "a+b", "a\tb", "a\u{00A0}b", "a\n"])
  func `has no name that a signature line could not carry`(name: String) {
    #expect(throws: FormatError.self) {
      guard let name = NoteLine(name) else {
        throw FormatError("note key", expected: "a line")
      }
      _ = try SigningKey(name: name)
    }
  }

  @Test(arguments: [VerificationKey.Algorithm.ed25519, .cosignature])
  func `drawn at random is its own and reads again`(kind: VerificationKey.Algorithm) throws {
    let name = try line("example.com/log")
    let key = try SigningKey(name: name, algorithm: kind)
    #expect(try SigningKey(parsing: key.text + "\n").verificationKey == key.verificationKey)
    #expect(try SigningKey(name: name, algorithm: kind).text != key.text)
    let text = Array("text\n".utf8)
    let note = SignedNote(text: text, signature: try key.signature(of: text, at: 12))
    let time: UInt64? = kind == .cosignature ? 12 : nil
    #expect(try note.verify(with: [key.verificationKey]).map(\.time) == [time])
  }
}
