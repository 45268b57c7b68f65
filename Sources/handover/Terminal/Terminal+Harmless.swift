/// How a character that would steer a terminal is made visible.
enum VisibleForm {
  /// As `\u{1b}`, line breaks and tabs too.
  case line
  /// As `\u{1b}`; line breaks and tabs stay.
  case lines
  /// As JSON escapes it, `\u001b`, so that the text means the same; line breaks and tabs stay.
  case json
}

extension Terminal {
  /// A text with what would steer a terminal made visible: control characters, which move the
  /// cursor, colour, rename the window or fill the clipboard, and those that turn the direction of
  /// writing round.
  static func harmless(_ text: String, in form: VisibleForm = .line) -> String {
    guard text.unicodeScalars.contains(where: \.isSteering) else { return text }
    var result = String.UnicodeScalarView()
    let scalars = Array(text.unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
      let next = index + 1 < scalars.count ? scalars[index + 1] : nil
      if scalar.isSteering, form == .line || !scalar.isLayout(before: next) {
        result.append(contentsOf: scalar.visible(in: form).unicodeScalars)
      } else {
        result.append(scalar)
      }
    }
    return String(result)
  }
}

extension Unicode.Scalar {
  /// Whether the scalar steers a terminal instead of showing.
  fileprivate var isSteering: Bool {
    properties.generalCategory == .control || properties.isBidiControl
  }

  /// Whether the scalar only lays a text out; a carriage return alone would overwrite its line.
  fileprivate func isLayout(before next: Unicode.Scalar?) -> Bool {
    self == "\n" || self == "\t" || (self == "\r" && next == "\n")
  }

  /// The scalar in digits.
  fileprivate func visible(in form: VisibleForm) -> String {
    let digits = String(value, radix: 16)
    switch form {
    case .line, .lines: return "\\u{\(digits)}"
    // None of them is beyond the Basic Multilingual Plane.
    case .json: return "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
  }
}
