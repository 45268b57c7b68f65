/// Blanks out what is not code in a Swift file, so that a rule about code never trips over prose.
///
/// Every line keeps its number and its length in bytes. What is interpolated into a string is code
/// again. A regular expression between bare slashes is recognised where an expression may begin,
/// which is after an opening bracket, a comma, a colon, or an operator.
struct CodeMask {
  private let bytes: [UInt8]
  private var output: [UInt8]
  private var position = 0

  /// The last byte of code that was not a space; it tells a division from a regular expression.
  private var lastCode: UInt8?

  /// The text of a Swift file with comments, strings, and regular expressions blanked out.
  static func code(of text: String) -> String {
    var mask = CodeMask(text)
    mask.readCode(untilClosingParenthesis: false)
    return String(decoding: mask.output, as: UTF8.self)
  }

  private init(_ text: String) {
    bytes = Array(text.utf8)
    output = bytes.map { $0 == .newline ? $0 : .space }
  }

  /// Copies code up to the end of the text, or of the interpolation it stands in.
  private mutating func readCode(untilClosingParenthesis isInterpolation: Bool) {
    var depth = 0
    while position < bytes.count {
      if isInterpolation, bytes[position] == .closingParenthesis, depth == 0 {
        position += 1
        return
      }
      switch bytes[position] {
      case .openingParenthesis: depth += 1
      case .closingParenthesis: depth -= 1
      default: break
      }
      let mayOpen = "/#\"`".utf8.contains(bytes[position])
      if !(mayOpen && (skipComment() || skipLiteral())) { copyByte() }
    }
  }

  private mutating func copyByte() {
    output[position] = bytes[position]
    if bytes[position] != .space, bytes[position] != .newline { lastCode = bytes[position] }
    position += 1
  }

  private func isNext(_ text: StaticString, at offset: Int = 0) -> Bool {
    bytes[min(position + offset, bytes.count)...].starts(with: text.description.utf8)
  }
}

// MARK: Comments

extension CodeMask {
  private mutating func skipComment() -> Bool {
    if isNext("//") {
      skipToEndOfLine()
      return true
    }
    guard isNext("/*") else { return false }
    var depth = 0
    repeat {
      if isNext("/*") {
        depth += 1
        position += 2
      } else if isNext("*/") {
        depth -= 1
        position += 2
      } else {
        position += 1
      }
    } while depth > 0 && position < bytes.count
    return true
  }

  private mutating func skipToEndOfLine() {
    while position < bytes.count, bytes[position] != .newline { position += 1 }
  }
}

// MARK: Literals

extension CodeMask {
  private mutating func skipLiteral() -> Bool {
    let poundCount = bytes[position...].prefix { $0 == .pound }.count
    if isNext("\"", at: poundCount) {
      skipString(poundCount: poundCount)
      return true
    }
    if isNext("`") {
      skipRawIdentifier()
      return true
    }
    if isNext("/", at: poundCount), poundCount > 0 || mayBeginExpression {
      return skipRegularExpression(poundCount: poundCount)
    }
    return false
  }

  private mutating func skipString(poundCount: Int) {
    let isMultiline = isNext("\"\"\"", at: poundCount)
    let quoteCount = isMultiline ? 3 : 1
    position += poundCount + quoteCount
    lastCode = .quote
    let pounds = [UInt8](repeating: .pound, count: poundCount)
    let end = [UInt8](repeating: .quote, count: quoteCount) + pounds
    let escape = [.backslash] + pounds
    while position < bytes.count {
      if bytes[position...].starts(with: end) {
        position += end.count
        return
      }
      if bytes[position...].starts(with: escape) {
        position += escape.count
        skipEscaped()
      } else if bytes[position] == .newline, !isMultiline {
        return
      } else {
        position += 1
      }
    }
  }

  /// Skips what follows a backslash: one byte, or an interpolation, which is code.
  private mutating func skipEscaped() {
    let isInterpolation = isNext("(")
    position += 1
    if isInterpolation { readCode(untilClosingParenthesis: true) }
  }

  /// Skips a name in backticks, which may be a sentence with any word in it.
  private mutating func skipRawIdentifier() {
    copyByte()
    while position < bytes.count, bytes[position] != .newline {
      if isNext("`") { return copyByte() }
      position += 1
    }
  }

  /// Whether an expression, and so a regular expression, may begin here.
  private var mayBeginExpression: Bool {
    guard !isNext("/ "), !isNext("/=") else { return false }
    return lastCode.map { "(,:[{;=&|!?".utf8.contains($0) } ?? true
  }

  private mutating func skipRegularExpression(poundCount: Int) -> Bool {
    let end = [.slash] + [UInt8](repeating: .pound, count: poundCount)
    var index = position + poundCount + 1
    while index < bytes.count, poundCount > 0 || bytes[index] != .newline {
      if bytes[index...].starts(with: end) {
        position = index + end.count
        lastCode = .slash
        return true
      }
      index += bytes[index] == .backslash ? 2 : 1
    }
    return false
  }
}

extension UInt8 {
  fileprivate static let newline = UInt8(ascii: "\n")
  fileprivate static let space = UInt8(ascii: " ")
  fileprivate static let pound = UInt8(ascii: "#")
  fileprivate static let quote = UInt8(ascii: "\"")
  fileprivate static let slash = UInt8(ascii: "/")
  fileprivate static let backslash = UInt8(ascii: "\\")
  fileprivate static let openingParenthesis = UInt8(ascii: "(")
  fileprivate static let closingParenthesis = UInt8(ascii: ")")
}
