/// A word or a single sign of Swift code, and the line it stands on.
struct Token {
  let text: Substring

  /// The line, counted from 0.
  let line: Int

  /// The words and signs of a file's code, in order.
  static func tokens(of file: TextFile) -> [Token] {
    file.codeLines.enumerated().flatMap { line, text in
      words(of: text).map { Token(text: $0, line: line) }
    }
  }

  private static func words(of text: Substring) -> [Substring] {
    var words: [Substring] = []
    var rest = text.utf8[...]
    while let first = rest.first {
      let length = first.isPartOfWord ? rest.prefix { $0.isPartOfWord }.count : 1
      if first != UInt8(ascii: " ") { words.append(Substring(rest.prefix(length))) }
      rest = rest.dropFirst(length)
    }
    return words
  }
}
