/// Phrases that may stand in some places of the repository only.
struct PhraseRule: Sendable {
  /// What of a file is searched.
  enum Reading {
    /// The code, without comments and strings.
    case code

    /// All of what was written by hand, whether letters are capital or not.
    case prose
  }

  /// What the rule is about, as a test names it.
  let subject: String

  /// What is looked for.
  let phrases: [Phrase]

  let reading: Reading

  /// The folders the rule holds in, each with its closing slash.
  let folders: [String]

  /// The paths, or beginnings of paths, where the phrases may stand, each with the reason.
  let exceptions: [String: String]

  /// What to write instead.
  let instead: String

  func findings(in file: TextFile) -> [Finding] {
    guard folders.contains(where: file.path.hasPrefix) else { return [] }
    guard reading == .code ? file.isSwift : file.isWrittenByHand else { return [] }
    guard !exceptions.keys.contains(where: file.path.hasPrefix) else { return [] }
    let lines = reading == .code ? file.codeLines : file.lines
    return lines.indices.flatMap { index in
      let line = reading == .code ? Array(lines[index].utf8) : Array(lines[index].lowercased().utf8)
      return phrases.filter { $0.isFound(in: line) }.map {
        file.finding(at: index, "‘\($0.text)’ may not stand here; \(instead)")
      }
    }
  }
}
