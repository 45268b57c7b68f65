/// A signature line of a note, not verified: `— <name> <base64 of key ID and signature>`.
package struct NoteSignature: Hashable, Sendable {
  /// What a line begins with: an em dash (U+2014) and a space.
  private static let dash = Array("— ".utf8)

  /// Who is said to have signed.
  package let name: NoteLine
  /// Which key is said to have signed.
  package let keyID: UInt32
  /// The signature as its algorithm defines it.
  package let bytes: [UInt8]

  init(name: NoteLine, keyID: UInt32, bytes: [UInt8]) {
    self.name = name
    self.keyID = keyID
    self.bytes = bytes
  }

  /// Reads a line without its end; `nil` if it is malformed.
  private init?(parsing line: ArraySlice<UInt8>) {
    guard line.starts(with: Self.dash) else { return nil }
    let words = line.dropFirst(Self.dash.count).split(
      separator: UInt8(ascii: " "),
      omittingEmptySubsequences: false,
    )
    guard words.count == 2, let name = NoteLine(words[0]), name.isKeyName,
      let content = Base64.decode(words[1]), content.count > 4
    else { return nil }
    self.name = name
    keyID = content[..<4].reduce(0) { $0 << 8 | UInt32($1) }
    bytes = Array(content[4...])
  }

  /// The line, with its end.
  var line: [UInt8] {
    let id = (0..<4).map { UInt8(truncatingIfNeeded: keyID >> UInt32(24 - 8 * $0)) }
    return Self.dash + name.bytes + [UInt8(ascii: " ")] + Base64.encode(id + bytes) + [newline]
  }

  /// Writes signature lines, as a witness answers them.
  package static func bytes(of signatures: [NoteSignature]) -> [UInt8] {
    signatures.reduce(into: []) { $0 += $1.line }
  }

  /// Reads signature lines and nothing else, such as the answer of a witness.
  ///
  /// - Parameters:
  ///   - bytes: At least one line; each ends with a newline.
  ///   - offset: How many lines stand before, for the error.
  /// - Returns: The signatures, in their order.
  /// - Throws: `FormatError` if a line is malformed, or there are too many.
  package static func lines(
    parsing bytes: some Collection<UInt8>,
    after offset: Int = 0,
  ) throws(FormatError) -> [NoteSignature] {
    guard let lines = TextLines(bytes)?.lines else {
      throw .note("signature lines that end with a newline")
    }
    guard lines.count <= SignedNote.signatureCountLimit else {
      throw .note("at most \(SignedNote.signatureCountLimit) signatures")
    }
    var signatures: [NoteSignature] = []
    for (index, line) in lines.enumerated() {
      guard let signature = NoteSignature(parsing: line) else {
        throw .note(line: offset + index + 1, "a dash, a name and a signature in base64")
      }
      signatures.append(signature)
    }
    return signatures
  }
}
