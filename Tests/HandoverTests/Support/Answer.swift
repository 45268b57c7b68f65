import Foundation
import Testing

/// What a call came to.
struct Answer {
  var standardOutput: Data
  var standardError: String
  var exit: Exit

  /// How a process ended.
  enum Exit: Hashable, CustomStringConvertible {
    case code(Int32)
    case signal(Int32)

    var description: String {
      switch self {
      case .code(let code): "exit code \(code)"
      case .signal(let signal): "signal \(signal)"
      }
    }
  }

  /// Standard output as text.
  var text: String { String(decoding: standardOutput, as: UTF8.self) }

  /// The lines of standard output.
  var lines: [String] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    return lines
  }

  /// Standard output as one JSON value.
  func json<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
    try JSONDecoder().decode(type, from: standardOutput)
  }

  /// Standard output as one JSON value a line.
  func jsonLines<Value: Decodable>(_ type: Value.Type = Value.self) throws -> [Value] {
    try lines.map { try JSONDecoder().decode(type, from: Data($0.utf8)) }
  }
}
