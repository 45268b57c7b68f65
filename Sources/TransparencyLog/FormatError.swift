/// A text or file that does not follow its published format.
///
/// This is about what can be read, not about what is true: a signature that does not verify is a
/// ``SignatureError``, a proof that leads elsewhere a ``ProofError``.
package struct FormatError: Error, Hashable, Sendable {
  /// What was to be read, such as `signed note`.
  package let format: String
  /// The line, counted from 1; `nil` if it is about the whole.
  package let line: Int?
  /// What should have been there.
  package let expected: String

  package init(_ format: String, line: Int? = nil, expected: String) {
    self.format = format
    self.line = line
    self.expected = expected
  }
}

extension FormatError: CustomStringConvertible {
  /// What is malformed, where, and what was expected.
  package var description: String {
    let place = line.map { " in line \($0)" } ?? ""
    return "the \(format) is malformed\(place): expected \(expected)"
  }
}

/// Why a note is not accepted, although it can be read.
package enum SignatureError: Error, Hashable, Sendable {
  /// None of the signatures is by a key that the verifier trusts.
  case noKnownSigner
  /// A signature names a known key and is not that key's signature of the text.
  case invalidSignature(by: NoteLine)
  /// The checkpoint is of another log.
  case otherOrigin(expected: NoteLine, found: NoteLine)
}

extension SignatureError: CustomStringConvertible {
  /// The reason as a sentence.
  package var description: String {
    switch self {
    case .noKnownSigner: "no signature is by a known key"
    case .invalidSignature(let name): "the signature in the name of \(name) is not by its key"
    case .otherOrigin(let expected, let found):
      "the checkpoint is of the log \(found), not of \(expected)"
    }
  }
}
