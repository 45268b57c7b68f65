/// The evidence that an entry is in a log, for somebody who has neither: c2sp.org/tlog-proof.
///
///     c2sp.org/tlog-proof@v1
///     extra YWdlLXYxLjIuMS1kYXJ3aW4=
///     index 73894
///     gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
///
///     example.com/fancylog
///     109482
///     sFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=
///
///     — example.com/fancylog hI2DJw…
package struct LogProof: Hashable, Sendable {
  private static let firstLine = Array("c2sp.org/tlog-proof@v1".utf8)
  /// The most hashes on the way from a leaf to a root: a tree has fewer than 2^64 leaves.
  private static let pathLengthLimit = 64

  /// What the application adds; nothing vouches for it.
  package let extra: [UInt8]
  /// Which entry, counted from 0.
  package let index: UInt64
  /// The hashes from the leaf's neighbour up to the root, the lowest first.
  package let path: [TreeHash]
  /// The signed checkpoint, byte for byte.
  package let note: SignedNote

  package init(extra: [UInt8] = [], inclusion: InclusionProof, note: SignedNote) {
    self.extra = extra
    index = inclusion.index
    path = inclusion.path
    self.note = note
  }

  /// The proof as it is stored and sent.
  package var bytes: [UInt8] {
    var lines = [Self.firstLine]
    if !extra.isEmpty { lines.append(Array("extra ".utf8) + Base64.encode(extra)) }
    lines.append(Array("index \(index)".utf8))
    lines += path.map { Array($0.base64.utf8) }
    return lines.reduce(into: []) { $0 += $1 + [newline] } + [newline] + note.bytes
  }

  /// Reads a proof, strictly.
  package init(parsing bytes: [UInt8]) throws(FormatError) {
    guard let (head, rest) = splitAtEmptyLine(bytes), let lines = TextLines(head)?.lines else {
      throw .proof("an empty line in front of the checkpoint")
    }
    guard lines[0] == Self.firstLine[...] else { throw .proof(line: 1, "c2sp.org/tlog-proof@v1") }
    var remaining = lines.dropFirst()
    var extra: [UInt8] = []
    if let text = remaining.first?.following("extra ") {
      guard let content = Base64.decode(text), !content.isEmpty else {
        throw .proof(line: 2, "extra data in base64")
      }
      extra = content
      remaining.removeFirst()
    }
    let number = remaining.startIndex + 1
    guard let digits = remaining.popFirst()?.following("index "),
      let index = UInt64(decimalDigits: digits)
    else { throw .proof(line: number, "the index in digits without leading zeroes") }
    path = try hashLines(remaining, atMost: Self.pathLengthLimit, in: "proof")
    self.extra = extra
    self.index = index
    note = try SignedNote(parsing: Array(rest))
  }

  /// Accepts the proof by returning the checkpoint, or throws why it is none.
  ///
  /// - Parameters:
  ///   - leaf: The hash of the entry.
  ///   - origin: The log.
  ///   - key: The log's key.
  /// - Returns: The checkpoint the entry is under.
  /// - Throws: `SignatureError`, `ProofError`, or `FormatError` if what is signed is no checkpoint.
  package func verify(
    leaf: TreeHash,
    origin: NoteLine,
    key: VerificationKey,
  ) throws -> Checkpoint {
    let checkpoint = try Checkpoint(opening: note, of: origin, with: key)
    try InclusionProof(index: index, treeSize: checkpoint.size, path: path)
      .verify(leaf: leaf, root: checkpoint.root)
    return checkpoint
  }
}

/// The lines before the first empty one, and the bytes behind it.
func splitAtEmptyLine(
  _ bytes: [UInt8]
) -> (head: ArraySlice<UInt8>, rest: ArraySlice<UInt8>)? {
  guard
    let end = bytes.indices.dropFirst().first(where: {
      bytes[$0] == newline && bytes[$0 - 1] == newline
    })
  else { return nil }
  return (bytes[..<end], bytes[(end + 1)...])
}

/// Reads hashes, one in base64 on each line.
func hashLines(
  _ lines: ArraySlice<ArraySlice<UInt8>>,
  atMost limit: Int,
  in format: String,
) throws(FormatError) -> [TreeHash] {
  guard lines.count <= limit else {
    throw FormatError(format, expected: "at most \(limit) hashes, found \(lines.count)")
  }
  var hashes: [TreeHash] = []
  for (index, line) in zip(lines.indices, lines) {
    guard let hash = TreeHash(base64: line) else {
      throw FormatError(format, line: index + 1, expected: "a hash of 32 bytes in base64")
    }
    hashes.append(hash)
  }
  return hashes
}

extension ArraySlice<UInt8> {
  /// What follows a word; `nil` if the line does not begin with it.
  func following(_ word: String) -> ArraySlice<UInt8>? {
    starts(with: word.utf8) ? dropFirst(word.utf8.count) : nil
  }
}

extension FormatError {
  /// A proof that cannot be read.
  fileprivate static func proof(line: Int? = nil, _ expected: String) -> FormatError {
    FormatError("proof", line: line, expected: expected)
  }
}
