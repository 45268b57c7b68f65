import Testing

/// What a rule must find in a text; each rule has a sample that breaks it and one that does not.
struct Sample: Sendable, CustomTestStringConvertible {
  let path: String
  let text: String

  /// The lines with a finding, counted from 1.
  let lines: [Int]

  init(_ path: String, _ text: String, finds lines: [Int]) {
    self.path = path
    self.text = text
    self.lines = lines
  }

  var file: TextFile { TextFile(path: path, text: text) }

  var testDescription: String { "\(path): \(String(reflecting: text))" }
}

extension PhraseRule: CustomTestStringConvertible {
  var testDescription: String { subject }
}

extension Phrase: CustomTestStringConvertible {
  var testDescription: String { text }
}
