/// What a log was at a size: the text of a c2sp.org/tlog-checkpoint.
///
///     example.com/behind-the-sofa
///     20852163
///     CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
///
/// A log signs this as a note and must never sign two that no proof of consistency connects.
package struct Checkpoint: Hashable, Sendable {
  /// Which log.
  package let origin: NoteLine
  /// How many leaves its tree has.
  package let size: UInt64
  /// The root of its tree.
  package let root: TreeHash
  /// Further lines, which mean nothing here.
  package let extensionLines: [NoteLine]

  /// States what a log is.
  package init(origin: NoteLine, size: UInt64, root: TreeHash) {
    self.origin = origin
    self.size = size
    self.root = root
    extensionLines = []
  }

  /// Reads the text of a note, strictly.
  package init(parsing text: [UInt8]) throws(FormatError) {
    guard let lines = TextLines(text)?.lines, lines.count >= 3 else {
      throw .checkpoint("at least three lines that end with a newline")
    }
    guard let origin = NoteLine(lines[0]) else { throw .checkpoint(line: 1, "an origin") }
    guard let size = UInt64(decimalDigits: lines[1]) else {
      throw .checkpoint(line: 2, "the tree size in digits without leading zeroes")
    }
    guard let root = TreeHash(base64: lines[2]) else {
      throw .checkpoint(line: 3, "a root hash of 32 bytes in base64")
    }
    var extensionLines: [NoteLine] = []
    for (index, line) in lines.dropFirst(3).enumerated() {
      guard let line = NoteLine(line) else {
        throw .checkpoint(line: index + 4, "an extension line that is not empty")
      }
      extensionLines.append(line)
    }
    self.origin = origin
    self.size = size
    self.root = root
    self.extensionLines = extensionLines
  }

  /// Opens a signed checkpoint of a log.
  ///
  /// - Parameters:
  ///   - note: The checkpoint as it came.
  ///   - origin: The log it must be of.
  ///   - key: The key that must have signed it.
  /// - Throws: `SignatureError` if it is not signed or of another log; `FormatError` if its text is
  ///   no checkpoint.
  package init(opening note: SignedNote, of origin: NoteLine, with key: VerificationKey) throws {
    try note.verify(with: [key])
    try self.init(parsing: note.text)
    guard self.origin == origin else {
      throw SignatureError.otherOrigin(expected: origin, found: self.origin)
    }
  }

  /// The text to sign.
  package var text: [UInt8] {
    let lines = [origin.bytes, Array("\(size)".utf8), Array(root.base64.utf8)]
    return (lines + extensionLines.map(\.bytes)).reduce(into: []) { $0 += $1 + [newline] }
  }

  /// Signs the checkpoint.
  package func signed(with key: SigningKey) throws -> SignedNote {
    SignedNote(text: text, signature: try key.signature(of: text))
  }
}

extension FormatError {
  /// A checkpoint that cannot be read.
  static func checkpoint(line: Int? = nil, _ expected: String) -> FormatError {
    FormatError("checkpoint", line: line, expected: expected)
  }
}
