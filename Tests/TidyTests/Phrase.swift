/// A word or a short run of code to look for, found only where it stands alone.
///
/// `unsafe` is not found in `unsafely`, and `print(` not in `blueprint(`. An end that is no part of
/// a word may touch anything, so `try!` is found in `try!open()`. A path is found only where it
/// begins, so `/tmp/` is not found in `../tmp/`.
struct Phrase: Sendable {
  let text: String
  private let bytes: [UInt8]
  private let beginsWithWord: Bool
  private let beginsWithSlash: Bool
  private let endsWithWord: Bool

  init(_ text: String) {
    self.text = text
    bytes = Array(text.utf8)
    beginsWithWord = bytes.first?.isPartOfWord ?? false
    beginsWithSlash = bytes.first == UInt8(ascii: "/")
    endsWithWord = bytes.last?.isPartOfWord ?? false
  }

  /// Whether the phrase stands in a line.
  func isFound(in line: [UInt8]) -> Bool {
    // A plain loop, because these tests run unoptimised over every byte of the repository.
    var start = 0
    while start + bytes.count <= line.count {
      if line[start] == bytes[0], line[start...].starts(with: bytes),
        standsAlone(in: line, at: start)
      {
        return true
      }
      start += 1
    }
    return false
  }

  private func standsAlone(in line: [UInt8], at start: Int) -> Bool {
    let end = start + bytes.count
    if start > 0 {
      if beginsWithWord, line[start - 1].isPartOfWord { return false }
      if beginsWithSlash, line[start - 1].isPartOfPath { return false }
    }
    return !(endsWithWord && end < line.count && line[end].isPartOfWord)
  }
}

extension UInt8 {
  /// Whether the byte may be part of a name: a letter, a digit, an underscore, or not ASCII.
  var isPartOfWord: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
    default: self >= 0x80
    }
  }

  /// Whether the byte may be part of the path before a slash, or close a variable that holds it.
  fileprivate var isPartOfPath: Bool { isPartOfWord || ".~-)}".utf8.contains(self) }
}
