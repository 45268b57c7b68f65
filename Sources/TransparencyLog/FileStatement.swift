import Crypto

/// What a log says of a file that it gave out: its name and its SHA-256.
///
///     conversation-ledger receipt v1
///     9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08  erasure-12.json
///
/// The second line is one that `sha256sum --check` takes. A key that signs checkpoints may sign
/// this as well, for it can never be taken for one: a checkpoint has three lines at least, and no
/// key can have the first line's name.
package struct FileStatement: Hashable, Sendable {
  /// The first line of the text.
  package static let header = "conversation-ledger receipt v1"

  /// The file's name, without its folder.
  package let name: NoteLine
  /// The SHA-256 of its bytes, in lower-case hexadecimal digits.
  package let digest: String

  /// States what a file is.
  package init(name: NoteLine, content: [UInt8]) {
    self.name = name
    let digits = Array("0123456789abcdef".utf8)
    let hash = SHA256.hash(data: content)
    digest = String(
      decoding: hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
      as: UTF8.self,
    )
  }

  /// The text to sign.
  package var text: [UInt8] { Array("\(Self.header)\n\(digest)  \(name)\n".utf8) }

  /// Signs the statement.
  package func signed(with key: SigningKey) throws -> SignedNote {
    SignedNote(text: text, signature: try key.signature(of: text))
  }

  /// Refuses a note that was not signed by a key, or that is of another file.
  ///
  /// - Throws: `SignatureError` if it is not signed; `FormatError` if it says something else of the
  ///   file.
  package func verify(_ note: SignedNote, with key: VerificationKey) throws {
    try note.verify(with: [key])
    guard note.text == text else {
      throw FormatError("receipt", expected: "a note about \(name) as it is")
    }
  }
}
