import Testing
import TransparencyLog

@Suite
struct `A signed note` {
  private let text = Array("A text\n\nof two paragraphs — ö\n".utf8)

  private func note(_ lines: String) -> [UInt8] { text + Array(("\n" + lines).utf8) }

  @Test
  func `verifies with its key, as published`() throws {
    let vectors = try NoteVectors.read("notes", as: NoteVectors.Notes.self)
    let example = vectors.c2sp_signed_note_example
    let note = try SignedNote(parsing: Array(try #require(example.note).utf8))
    let key = try VerificationKey(parsing: example.vkey)
    #expect(try note.verify(with: [key]) == [VerifiedSignature(key: key, time: nil)])
    #expect(String(decoding: note.text, as: UTF8.self) == "This is an example message.\n")
    #expect(note.bytes == Array(try #require(example.note).utf8))
  }

  @Test
  func `is what it was when it is written and read again`() throws {
    let key = try fixedKey("example.com/log")
    var note = SignedNote(text: text, signature: try key.signature(of: text))
    note.add(try fixedKey("witness", .cosignature).signature(of: text, at: 1_700_000_000))
    let again = try SignedNote(parsing: note.bytes)
    #expect(again == note)
    #expect(again.text == text)
    #expect(try again.verify(with: [key.verificationKey]).count == 1)
  }

  @Test
  func `is refused after any change of a byte`() throws {
    let key = try fixedKey("example.com/log")
    let bytes = SignedNote(text: text, signature: try key.signature(of: text)).bytes
    for index in bytes.indices {
      for change in [1, 2, 4, 8, 16, 32, 64, 128] as [UInt8] {
        var changed = bytes
        changed[index] ^= change
        #expect(throws: (any Error).self, "byte \(index)") {
          try SignedNote(parsing: changed).verify(with: [key.verificationKey])
        }
      }
    }
  }

  @Test
  func `is refused when cut off or made longer`() throws {
    let key = try fixedKey("example.com/log")
    let bytes = SignedNote(text: text, signature: try key.signature(of: text)).bytes
    for length in bytes.indices {
      #expect(throws: (any Error).self) {
        try SignedNote(parsing: Array(bytes[..<length])).verify(with: [key.verificationKey])
      }
    }
    for tail in ["\n", " ", "\n\n", "x"] {
      #expect(throws: FormatError.self) { try SignedNote(parsing: bytes + tail.utf8) }
    }
  }

  @Test(arguments: [
    "", "\n", "— \n", "— name\n", "— name \n", "— name AAAA\n", "- name AAAAAAA=\n",
    "—name AAAAAAA=\n", "— name  AAAAAAA=\n", "— na+me AAAAAAA=\n", "— na\u{2003}me AAAAAAA=\n",
    "— name AAAAAAB=\n", "— name AAAAAAA\n", "— name AAAAAAA= \n", "— name AAAAAAA=\r\n",
    "— name AAAAAAA=", "— name AAAA_AA=\n",
  ])
  func `is malformed if a signature line is`(lines: String) {
    #expect(throws: FormatError.self) { try SignedNote(parsing: note(lines)) }
  }

  @Test
  func `is malformed if it is no UTF-8 or steers a terminal`() throws {
    let signature = Array("\n— name AAAAAAA=\n".utf8)
    #expect(try SignedNote(parsing: Array("a\n".utf8) + signature).signatures.count == 1)
    for text in [[0xFF, 0x0A], [0x61, 0x09, 0x0A], [0x1B, 0x0A], [0, 0x0A]] as [[UInt8]] {
      #expect(throws: FormatError.self) { try SignedNote(parsing: text + signature) }
    }
    #expect(throws: FormatError.self) { try SignedNote(parsing: Array("a".utf8) + signature) }
  }

  @Test
  func `is verified though others signed too, sixteen of them or more`() throws {
    let key = try fixedKey("example.com/log")
    var note = SignedNote(text: text, signature: try key.signature(of: text))
    for seed in UInt8(20)..<119 {
      note.add(try fixedKey("other-\(seed)", seed: seed).signature(of: text))
    }
    #expect(try SignedNote(parsing: note.bytes).verify(with: [key.verificationKey]).count == 1)
    note.add(try fixedKey("one-more").signature(of: text))
    #expect(throws: FormatError.self) { try SignedNote(parsing: note.bytes) }
  }

  @Test
  func `is refused above its size`() {
    let bytes = Array(repeating: UInt8(ascii: "a"), count: SignedNote.byteCountLimit + 1)
    #expect(throws: FormatError.self) { try SignedNote(parsing: bytes) }
  }

  @Test
  func `passes over a signer that shares only the name or only the ID`() throws {
    let key = try fixedKey("example.com/log")
    let stranger = try fixedKey("example.com/log", seed: 8)
    let note = SignedNote(text: text, signature: try stranger.signature(of: text))
    #expect(throws: SignatureError.noKnownSigner) {
      try note.verify(with: [key.verificationKey])
    }
    #expect(throws: SignatureError.noKnownSigner) { try note.verify(with: []) }
    var both = note
    both.add(try key.signature(of: text))
    #expect(try both.verify(with: [key.verificationKey]).map(\.key) == [key.verificationKey])
  }

  @Test
  func `is refused as a whole if a known key's signature is not of the text`() throws {
    let key = try fixedKey("example.com/log")
    let other = try fixedKey("other")
    var note = SignedNote(text: text, signature: try other.signature(of: text))
    note.add(try key.signature(of: text + text))
    let keys = [other.verificationKey, key.verificationKey]
    #expect(throws: SignatureError.invalidSignature(by: try line("example.com/log"))) {
      try note.verify(with: keys)
    }
    #expect(try note.verify(with: [other.verificationKey]).count == 1)
  }

  /// The cases hold any bytes; a key verifies the signature of a message as it stands.
  @Test
  func `has its signatures judged as in every case of Wycheproof`() throws {
    let cases = try NoteVectors.read("ed25519_test", as: [NoteVectors.Signature].self)
    let name = try line("wycheproof")
    for vector in cases {
      let key = try VerificationKey(
        name: name,
        algorithm: .ed25519,
        publicKey: bytes(hexadecimal: vector.pk),
      )
      let isValid = key.isSignature(
        try bytes(hexadecimal: vector.sig),
        of: try bytes(hexadecimal: vector.msg),
      )
      #expect(isValid == (vector.result == "valid"), "case \(vector.tcId)")
    }
    #expect(cases.count == 151)
    #expect(cases.count { $0.result == "valid" } == 88)
  }
}
