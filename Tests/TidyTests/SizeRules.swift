/// How large a line, a function, and a file may be.
///
/// What fits on a screen is read whole; what does not is skimmed.
enum SizeRules {
  static let columnLimit = 100
  static let functionLineLimit = 60
  static let fileLineLimit = 400

  static func longLines(in file: TextFile) -> [Finding] {
    guard file.isSwift else { return [] }
    return file.lines.indices.compactMap { index in
      // Bytes are counted first because they are cheap, and there are never fewer than columns.
      guard file.lines[index].utf8.count > columnLimit, file.lines[index].count > columnLimit
      else { return nil }
      return file.finding(
        at: index,
        "\(file.lines[index].count) columns; break the line before column \(columnLimit + 1)",
      )
    }
  }

  static func longFile(_ file: TextFile) -> [Finding] {
    let lineCount = file.lines.last == "" ? file.lines.count - 1 : file.lines.count
    guard file.isSource, lineCount > fileLineLimit else { return [] }
    return [
      file.finding(
        at: fileLineLimit,
        "\(lineCount) lines; move one concern to Type+Concern.swift (at most \(fileLineLimit))",
      )
    ]
  }

  static func longFunctions(in file: TextFile) -> [Finding] {
    guard file.isSource else { return [] }
    let tokens = Token.tokens(of: file)
    return tokens.indices.compactMap { start in
      guard declaresFunction(tokens, at: start), let end = lineOfEnd(tokens, from: start) else {
        return nil
      }
      let lineCount = end - tokens[start].line + 1
      guard lineCount > functionLineLimit else { return nil }
      return file.finding(
        at: tokens[start].line,
        "\(lineCount) lines; leave the control flow here and name the steps as functions of "
          + "their own (at most \(functionLineLimit))",
      )
    }
  }
}

extension SizeRules {
  private static func declaresFunction(_ tokens: [Token], at index: Int) -> Bool {
    let next = index + 1 < tokens.count ? tokens[index + 1].text : ""
    guard index == 0 || tokens[index - 1].text != "." else { return false }
    return switch tokens[index].text {
    case "func": true
    case "init": ["(", "<", "?", "!"].contains(next)
    case "subscript": ["(", "<"].contains(next)
    case "deinit": next == "{"
    default: false
    }
  }

  /// The line where the body of a declaration ends; nil for a requirement, which has no body.
  private static func lineOfEnd(_ tokens: [Token], from start: Int) -> Int? {
    var brackets = 0
    var braces = 0
    for index in tokens.indices[(start + 1)...] {
      let token = tokens[index]
      switch token.text {
      case "(", "[": brackets += 1
      case ")", "]": brackets -= 1
      case "{" where brackets == 0 || braces > 0: braces += 1
      case "}" where brackets == 0 || braces > 0:
        braces -= 1
        if braces <= 0 { return braces == 0 ? token.line : nil }
      default:
        let beginsLine = token.line > tokens[index - 1].line
        if brackets == 0, braces == 0, beginsLine, beginsDeclaration(token.text) { return nil }
      }
    }
    return nil
  }

  private static func beginsDeclaration(_ word: Substring) -> Bool {
    [
      "@", "associatedtype", "case", "consuming", "deinit", "fileprivate", "func", "init",
      "internal", "let", "mutating", "nonisolated", "package", "private", "public", "static",
      "subscript", "typealias", "var",
    ].contains(word)
  }
}
