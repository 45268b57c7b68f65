import Crypto
import Testing
import TransparencyLog

@Suite
struct `A checkpoint` {
  @Test
  func `of a log that runs verifies with its key`() throws {
    let vectors = try NoteVectors.read("notes", as: NoteVectors.Notes.self)
    let published = vectors.sum_golang_org_production_checkpoint
    let text = try #require(published.checkpoint)
    let note = try SignedNote(parsing: Array(text.utf8))
    let key = try VerificationKey(parsing: published.vkey)
    let checkpoint = try Checkpoint(opening: note, of: line("go.sum database tree"), with: key)
    #expect(checkpoint.size == 35_225_469)
    #expect(checkpoint.root.base64 == "vt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=")
    let other = try line("sum.golang.org")
    #expect(throws: SignatureError.otherOrigin(expected: other, found: checkpoint.origin)) {
      try Checkpoint(opening: note, of: other, with: key)
    }
  }

  /// The cases have hashes of other lengths; the SHA-256 of each stands in for it.
  ///
  /// They allow empty lines at the end, which the specification does not.
  @Test
  func `is read as in every published case`() throws {
    let cases = try NoteVectors.read("checkpoint_parse_cases", as: NoteVectors.ParserCases.self)
    for vector in cases.cases {
      let isStricterHere = vector.desc == "valid with trailing newlines"
      let checkpoint = try? Checkpoint(parsing: withWholeHash(vector.input))
      #expect((checkpoint == nil) == (vector.want_error || isStricterHere), "\(vector.desc)")
      #expect(throws: FormatError.self) { try Checkpoint(parsing: Array(vector.input.utf8)) }
    }
    #expect(cases.cases.count == 12)
  }

  private func withWholeHash(_ input: String) -> [UInt8] {
    var lines = input.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.count > 2, let hash = Base64.decode(Array(lines[2].utf8)), hash.count != 32 {
      lines[2] = String(decoding: Base64.encode(Array(SHA256.hash(data: hash))), as: UTF8.self)
    }
    return Array(lines.joined(separator: "\n").utf8)
  }

  @Test
  func `is the same bytes when it is written and read again`() throws {
    let text = Array("ö log\n0\n\(TreeHasher.emptyRoot.base64)\nsomething\nmore\n".utf8)
    let checkpoint = try Checkpoint(parsing: text)
    #expect(checkpoint.text == text)
    #expect(checkpoint.extensionLines.map(\.description) == ["something", "more"])
    let own = Checkpoint(origin: try line("a"), size: .max, root: TreeHasher.emptyRoot)
    #expect(try Checkpoint(parsing: own.text) == own)
  }

  @Test(arguments: ["00", "01", "+1", " 1", "1 ", "1.0", "", "18446744073709551616", "٣"])
  func `is malformed if its size is not plain digits`(size: String) {
    let text = "log\n\(size)\n\(TreeHasher.emptyRoot.base64)\n"
    #expect(throws: FormatError("checkpoint", line: 2, expected: Self.sizeWanted)) {
      try Checkpoint(parsing: Array(text.utf8))
    }
  }

  private static let sizeWanted = "the tree size in digits without leading zeroes"

  @Test
  func `signed and changed in any byte is refused`() throws {
    let key = try fixedKey("example.com/log")
    let origin = key.verificationKey.name
    let checkpoint = Checkpoint(origin: origin, size: 5, root: TreeHasher.emptyRoot)
    let bytes = try checkpoint.signed(with: key).bytes
    let note = try SignedNote(parsing: bytes)
    #expect(try Checkpoint(opening: note, of: origin, with: key.verificationKey) == checkpoint)
    for index in bytes.indices {
      for change in [1, 2, 4, 8, 16, 32, 64, 128, 255] as [UInt8] {
        var changed = bytes
        changed[index] ^= change
        #expect(throws: (any Error).self, "byte \(index)") {
          let note = try SignedNote(parsing: changed)
          _ = try Checkpoint(opening: note, of: origin, with: key.verificationKey)
        }
      }
    }
  }

  @Test
  func `cosigned carries the time, as the specification words it`() throws {
    let vectors = try NoteVectors.read("notes", as: NoteVectors.Notes.self)
    let example = vectors.c2sp_cosignature_example_text
    let note = try SignedNote(parsing: Array(example.note.utf8))
    #expect(note.signatures.map(\.name.description).last == "witness.example.com/w1")
    let time = note.signatures[1].bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    #expect(time == 1_679_315_147)
    let key = try fixedKey("witness", .cosignature)
    // What a log's key signs as the published message, the witness's key accepts as a cosignature.
    let plain = try fixedKey("witness", .ed25519).signature(of: Array(example.signed_message.utf8))
    let cosignature = try key.signature(of: note.text, at: time)
    #expect(cosignature.bytes == Array(note.signatures[1].bytes.prefix(8)) + plain.bytes)
  }

  @Test
  func `cosigned is refused at another time, and as a plain signature`() throws {
    let key = try fixedKey("witness", .cosignature)
    let text = Checkpoint(origin: try line("log"), size: 0, root: TreeHasher.emptyRoot).text
    let note = SignedNote(text: text, signature: try key.signature(of: text, at: 1))
    for bit in 0..<note.signatures[0].bytes.count * 8 {
      var bytes = note.signatures[0].bytes
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      let id = (0..<4).map { UInt8(truncatingIfNeeded: key.verificationKey.id >> (24 - 8 * $0)) }
      let base64 = String(decoding: Base64.encode(id + bytes), as: UTF8.self)
      let changed = try SignedNote(parsing: text + Array("\n— witness \(base64)\n".utf8))
      #expect(throws: SignatureError.self) { try changed.verify(with: [key.verificationKey]) }
    }
    let plain = try fixedKey("witness", .ed25519)
    #expect(throws: SignatureError.noKnownSigner) {
      try note.verify(with: [plain.verificationKey])
    }
  }
}
