/// A text file of the repository, as the rules read it.
///
/// The rules take values and return findings, so that each can be tested with a bad sample and none
/// needs a disk.
struct TextFile: Sendable {
  /// The file, from the root of the repository.
  let path: String

  /// The whole of it.
  let text: String

  /// The lines as they stand.
  let lines: [Substring]

  /// The lines with comments, strings, and regular expressions blanked out; the lines as they stand
  /// if the file is not Swift.
  let codeLines: [Substring]

  init(path: String, text: String) {
    self.path = path
    self.text = text
    lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    codeLines =
      path.hasSuffix(".swift")
      ? CodeMask.code(of: text).split(separator: "\n", omittingEmptySubsequences: false)
      : lines
  }

  /// Whether the file is Swift.
  var isSwift: Bool { path.hasSuffix(".swift") }

  /// Whether the file is Markdown.
  var isMarkdown: Bool { path.hasSuffix(".md") }

  /// Whether the file is this project's own writing; the words in a sample of data are not.
  var isWrittenByHand: Bool {
    guard let name = path.split(separator: "/").last, let dot = name.lastIndex(of: ".") else {
      return true
    }
    return ["c", "css", "h", "html", "js", "md", "modulemap", "py", "sh", "swift"].contains(
      name[name.index(after: dot)...]
    )
  }

  /// Whether the file belongs to a module that is built into the products.
  var isSource: Bool { isSwift && path.hasPrefix("Sources/") }

  /// The folder of the module the file belongs to, if it is one of `Sources`.
  var module: Substring? {
    let components = path.split(separator: "/")
    return components.count > 2 && components[0] == "Sources" ? components[1] : nil
  }

  /// A finding at a line of this file, the line being counted from 0 as in `lines`.
  func finding(at index: Int, _ advice: String) -> Finding {
    Finding(path: path, line: index + 1, advice: advice)
  }
}
