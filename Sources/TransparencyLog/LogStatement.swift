import Crypto

/// What a log says, under its key, beside its checkpoints.
///
///     conversation-ledger receipt v1
///     9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08  erasure-12.json
///
/// A key that signs checkpoints may sign this as well, for it can never be taken for one: no log
/// can have the name that stands in the first line, because names have no spaces.
package struct LogStatement: Hashable, Sendable {
  /// The text to sign.
  package let text: [UInt8]

  private init(_ kind: String, _ lines: [String]) {
    let lines = ["conversation-ledger \(kind) v1"] + lines
    text = Array((lines.joined(separator: "\n") + "\n").utf8)
  }

  /// States the content of a file that the log gave out.
  ///
  /// The second line is one that `sha256sum --check` takes.
  ///
  /// - Parameters:
  ///   - name: The file's name, without its folder.
  ///   - content: Its bytes.
  /// - Returns: The statement.
  package static func receipt(named name: String, _ content: [UInt8]) -> LogStatement {
    let digits = Array("0123456789abcdef".utf8)
    let digest = SHA256.hash(data: content)
      .flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return LogStatement("receipt", ["\(String(decoding: digest, as: UTF8.self))  \(name)"])
  }

  /// States how many entries of a log belong to one conversation.
  ///
  /// - Parameters:
  ///   - conversation: Its identifier.
  ///   - count: How many entries it has.
  ///   - ends: The positions of its first and its last one, counted from 1.
  ///   - checkpoint: The log as it is when that is so.
  /// - Returns: The statement.
  package static func conversation(
    _ conversation: String,
    count: Int,
    ends: (first: UInt64, last: UInt64),
    under checkpoint: Checkpoint,
  ) -> LogStatement {
    LogStatement(
      "conversation",
      [
        conversation, "\(count) \(ends.first) \(ends.last)",
        "\(checkpoint.size) \(checkpoint.root.base64)",
      ],
    )
  }

  /// Signs the statement.
  package func signed(with key: SigningKey) throws -> SignedNote {
    SignedNote(text: text, signature: try key.signature(of: text))
  }

  /// Refuses a note that was not signed by a key, or that says something else.
  ///
  /// - Throws: `SignatureError` if it is not signed; `FormatError` if it says something else.
  package func verify(_ note: SignedNote, with key: VerificationKey) throws {
    try note.verify(with: [key])
    guard note.text == text else {
      throw FormatError("statement", expected: String(decoding: text, as: UTF8.self))
    }
  }
}
