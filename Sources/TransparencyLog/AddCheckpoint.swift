/// What a log sends to a witness: c2sp.org/tlog-witness, `add-checkpoint`.
///
///     old 20852014
///     PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=
///
///     example.com/behind-the-sofa
///     20852163
///     CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
///
///     — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp…
package struct AddCheckpoint: Hashable, Sendable {
  /// The most hashes of a request.
  private static let pathLengthLimit = 63

  /// The size the witness cosigned last; 0 if none.
  package let oldSize: UInt64
  /// The hashes of the proof of consistency from there; none from 0 and to an equal size.
  package let path: [TreeHash]
  /// The checkpoint to be cosigned.
  package let note: SignedNote

  package init(oldSize: UInt64, path: [TreeHash], note: SignedNote) {
    self.oldSize = oldSize
    self.path = path
    self.note = note
  }

  /// The body of the request.
  package var bytes: [UInt8] {
    let lines = [Array("old \(oldSize)".utf8)] + path.map { Array($0.base64.utf8) }
    return lines.reduce(into: []) { $0 += $1 + [newline] } + [newline] + note.bytes
  }

  /// Reads the body of a request, strictly.
  package init(parsing bytes: [UInt8]) throws(FormatError) {
    guard let (head, rest) = splitAtEmptyLine(bytes), let lines = TextLines(head)?.lines else {
      throw FormatError(Self.format, expected: "an empty line in front of the checkpoint")
    }
    guard let size = lines.first?.following("old ").flatMap({ UInt64(decimalDigits: $0) }) else {
      throw FormatError(Self.format, line: 1, expected: "the old size behind the word old")
    }
    oldSize = size
    path = try hashLines(lines.dropFirst(), atMost: Self.pathLengthLimit, in: Self.format)
    note = try SignedNote(parsing: Array(rest))
  }

  private static let format = "request to a witness"

  /// Accepts that the checkpoint continues what the witness knows, or throws why not.
  ///
  /// - Parameters:
  ///   - checkpoint: The request's checkpoint, whose signature was verified.
  ///   - oldRoot: The root at the old size; not needed for size 0.
  /// - Throws: `ProofError`.
  package func verify(_ checkpoint: Checkpoint, oldRoot: TreeHash) throws(ProofError) {
    guard oldSize > 0 else {
      guard path.isEmpty else { throw .wrongPathLength(expected: 0, found: path.count) }
      return
    }
    try ConsistencyProof(oldSize: oldSize, newSize: checkpoint.size, path: path)
      .verify(oldRoot: oldRoot, newRoot: checkpoint.root)
  }

  /// Reads the body of a conflict (status 409): the size the witness has cosigned, and a newline.
  ///
  /// - Parameter body: The body; its type is `text/x.tlog.size`.
  /// - Returns: The size; `nil` if the body is malformed.
  package static func sizeInConflict(_ body: [UInt8]) -> UInt64? {
    guard let lines = TextLines(body)?.lines, lines.count == 1 else { return nil }
    return UInt64(decimalDigits: lines[0])
  }

  /// The body of a conflict.
  package static func conflict(atSize size: UInt64) -> [UInt8] { Array("\(size)\n".utf8) }
}
