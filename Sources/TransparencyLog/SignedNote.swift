/// A text and the signatures under it: c2sp.org/signed-note.
///
///     Ognuno sta solo sul cuor della terra
///
///     — quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJ…
///
/// Parsing says nothing about who signed. The text may be used only after ``verify(with:)``.
package struct SignedNote: Hashable, Sendable {
  /// The most bytes of a note.
  ///
  /// 16 signatures of a post-quantum scheme, the fewest that a verifier must accept, take 80 kB.
  package static let byteCountLimit = 1 << 20
  /// The most signatures of a note; 16 is the fewest that a verifier must accept.
  package static let signatureCountLimit = 100

  /// What is signed, with its last newline.
  package let text: [UInt8]
  /// The signatures, in their order; at least one in a note that was read.
  package private(set) var signatures: [NoteSignature]

  /// Signs a text.
  ///
  /// - Parameters:
  ///   - text: Valid UTF-8 without control characters, which ends with a newline.
  ///   - signature: The first signature.
  package init(text: [UInt8], signature: NoteSignature) {
    precondition(text.last == newline, "The text of a note ends with a newline")
    self.text = text
    signatures = [signature]
  }

  /// Takes a text and the signatures under it, which are not verified.
  package init(text: [UInt8], signatures: [NoteSignature]) {
    (self.text, self.signatures) = (text, signatures)
  }

  /// Reads a note, strictly.
  package init(parsing bytes: [UInt8]) throws(FormatError) {
    guard bytes.count <= Self.byteCountLimit else {
      throw .note("at most \(Self.byteCountLimit) bytes")
    }
    guard bytes.allSatisfy({ $0 >= 0x20 || $0 == newline }) else {
      throw .note("no control characters")
    }
    guard String(validating: bytes, as: UTF8.self) != nil else { throw .note("UTF-8") }
    guard let end = Self.endOfText(bytes) else {
      throw .note("an empty line between the text and the signatures")
    }
    text = Array(bytes[..<end])
    let lineCount = text.count { $0 == newline } + 1
    signatures = try NoteSignature.lines(parsing: bytes[(end + 1)...], after: lineCount)
  }

  /// Where the last empty line begins.
  private static func endOfText(_ bytes: [UInt8]) -> Int? {
    bytes.indices.dropFirst().last { bytes[$0] == newline && bytes[$0 - 1] == newline }
  }

  /// The note as it is stored and sent.
  package var bytes: [UInt8] {
    text + [newline] + NoteSignature.bytes(of: signatures)
  }

  /// Adds a signature, in place of one by the same key.
  package mutating func add(_ signature: NoteSignature) {
    signatures.removeAll { $0.name == signature.name && $0.keyID == signature.keyID }
    signatures.append(signature)
  }

  /// Accepts the note by returning who signed, or throws.
  ///
  /// Signatures by unknown keys are passed over, also if they share a name or an ID with a known
  /// one. Each that claims to be by a known key must verify.
  ///
  /// - Parameter keys: The keys that are trusted.
  /// - Returns: The signatures by known keys; at least one.
  /// - Throws: `SignatureError`.
  @discardableResult
  package func verify(with keys: [VerificationKey]) throws(SignatureError) -> [VerifiedSignature] {
    var verified: [VerifiedSignature] = []
    for signature in signatures {
      for key in keys where key.matches(signature) {
        guard let signer = key.verified(signature, of: text) else {
          throw .invalidSignature(by: key.name)
        }
        if !verified.contains(signer) { verified.append(signer) }
      }
    }
    guard !verified.isEmpty else { throw .noKnownSigner }
    return verified
  }
}

extension FormatError {
  /// A note that cannot be read.
  static func note(line: Int? = nil, _ expected: String) -> FormatError {
    FormatError("signed note", line: line, expected: expected)
  }
}
