/// One setting: its name in the file, what it is, and where its value goes.
///
/// The one table of settings (`Setting.all`) is read by the file, by the environment and by the
/// flags, so that a setting is the same everywhere. A `*` in a name stands for a name the operator
/// chooses: `tokens.keys.*.secret-file`.
struct Setting: Sendable {
  /// The name: the keys of the YAML file, joined by points.
  let name: String
  /// What it says, for people.
  let summary: String
  /// Puts a value where it belongs; the operator's own name is that of the `*`.
  let apply: @Sendable (inout ServeConfiguration, _ own: String, _ value: String) throws -> Void

  /// The parts of the name.
  private var parts: [Substring] { name.split(separator: ".") }

  /// The operator's own name in a given name: empty if it has none, `nil` if it does not fit.
  func own(in given: String) -> String? {
    let given = given.split(separator: ".", omittingEmptySubsequences: false)
    guard given.count == parts.count else { return nil }
    var own = ""
    for (part, word) in zip(parts, given) {
      if part == "*" {
        guard !word.isEmpty else { return nil }
        own = String(word)
      } else if part != word {
        return nil
      }
    }
    return own
  }

  /// The operator's own name in a variable of the environment, in lower case.
  func own(inVariable variable: String) -> String? {
    let pattern = ("HANDOVER_" + name.uppercased().replacing("-", with: "_"))
      .replacing(".", with: "_")
    guard let star = pattern.firstIndex(of: "*") else { return pattern == variable ? "" : nil }
    let (before, after) = (pattern[..<star], pattern[pattern.index(after: star)...])
    guard variable.hasPrefix(before), variable.hasSuffix(after),
      variable.utf8.count > before.utf8.count + after.utf8.count
    else { return nil }
    return variable.dropFirst(before.count).dropLast(after.count).lowercased()
  }
}

extension Setting {
  /// A setting that is a text.
  static func text(
    _ name: String,
    _ summary: String,
    _ put: @escaping @Sendable (inout ServeConfiguration, String, String) -> Void,
  ) -> Setting {
    Setting(name: name, summary: summary) { put(&$0, $1, $2) }
  }

  /// A setting that is a whole number in a range.
  static func number(
    _ name: String,
    _ range: ClosedRange<Int>,
    _ summary: String,
    _ put: @escaping @Sendable (inout ServeConfiguration, Int) -> Void,
  ) -> Setting {
    ownNumber(name, range, summary) { configuration, _, number in put(&configuration, number) }
  }

  /// A setting under the operator's own name that is a whole number in a range.
  static func ownNumber(
    _ name: String,
    _ range: ClosedRange<Int>,
    _ summary: String,
    _ put: @escaping @Sendable (inout ServeConfiguration, String, Int) -> Void,
  ) -> Setting {
    Setting(name: name, summary: summary) { configuration, own, text in
      guard let number = Int(text), range.contains(number) else {
        throw ConfigurationError(
          "it is a whole number from \(range.lowerBound) to \(range.upperBound), not \(text)"
        )
      }
      put(&configuration, own, number)
    }
  }

  /// A setting that is one of a few words.
  static func word<Word: RawRepresentable & CaseIterable & Sendable>(
    _ name: String,
    _ summary: String,
    _ put: @escaping @Sendable (inout ServeConfiguration, String, Word) -> Void,
  ) -> Setting where Word.RawValue == String {
    Setting(name: name, summary: summary) { configuration, own, text in
      guard let word = Word(rawValue: text) else {
        let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
        throw ConfigurationError("it is one of \(words), not \(text)")
      }
      put(&configuration, own, word)
    }
  }
}
