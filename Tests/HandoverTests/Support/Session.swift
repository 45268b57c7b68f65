import Foundation

/// A session with the tool, read from a file whose form `SessionTests.swift` describes.
struct Session {
  /// A command and what it shows.
  struct Step {
    var line: Int
    var arguments: [String]
    var output: [String] = []
  }

  /// A file that is no session.
  struct Unreadable: Error {
    var line: Int
    var reason: String
  }

  private(set) var steps: [Step] = []

  init(_ text: String) throws {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last == "" { lines.removeLast() }
    var isRemark = true
    for (index, line) in lines.enumerated() {
      if line.hasPrefix("#") {
        isRemark = true
      } else if line.hasPrefix("$ ") {
        let words = try Self.words(of: line.dropFirst(2), at: index + 1)
        guard words.first == "handover" else {
          throw Unreadable(line: index + 1, reason: "a command begins with handover")
        }
        steps.append(Step(line: index + 1, arguments: Array(words.dropFirst())))
        isRemark = false
      } else if isRemark {
        throw Unreadable(line: index + 1, reason: "output stands behind a command")
      } else {
        steps[steps.count - 1].output.append(String(line))
      }
    }
  }

  /// The words of a command; what stands in double quotes is one word.
  private static func words(of text: Substring, at line: Int) throws -> [String] {
    let pieces = text.split(separator: "\"", omittingEmptySubsequences: false)
    guard !pieces.count.isMultiple(of: 2) else {
      throw Unreadable(line: line, reason: "a quote is not closed")
    }
    return pieces.enumerated().flatMap { index, piece in
      index.isMultiple(of: 2) ? piece.split(separator: " ").map(String.init) : [String(piece)]
    }
  }
}

/// Puts names in the place of what differs from run to run.
struct Mask {
  /// The fresh identifiers, in the order of their first appearance.
  private var identifiers: [String] = []
  private let ledger: String

  init(ledger: String) { self.ledger = ledger }

  /// The arguments with the identifiers that the names in them stand for.
  func reveal(_ arguments: [String]) throws -> [String] {
    arguments.map { argument in
      identifiers.enumerated().reduce(argument) { text, identifier in
        text.replacing("<\(identifier.offset + 1)>", with: identifier.element)
      }
    }
  }

  /// What an answer shows, line for line.
  mutating func cover(_ answer: Answer) -> [String] {
    var lines = answer.lines
    lines += answer.standardError.split(separator: "\n").map { "2| \($0)" }
    if answer.exit != .code(0) { lines.append("[\(answer.exit.number)]") }
    return lines.map { cover($0) }
  }

  private mutating func cover(_ line: String) -> String {
    // A UUID of version 7 is fresh; one of version 5 is made from a name.
    let fresh = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/
    for match in line.matches(of: fresh) where !identifiers.contains(String(match.output)) {
      identifiers.append(String(match.output))
    }
    return coverTimes(line).replacing(fresh) { match in
      let index = identifiers.firstIndex(of: String(match.output)) ?? 0
      return "<\(index + 1)>"
    }
    .replacing(
      /conversation-ledger\/[0-9a-f]{32}\+[0-9a-f]{8}\+[A-Za-z0-9+\/]{44}/,
      with: "<key>",
    )
    .replacing(/\b[0-9a-f]{64}\b/, with: "<digest>")
    .replacing(/--after [A-Za-z0-9_-]{60,}/, with: "--after <cursor>")
    .replacing(ledger, with: "<ledger>")
  }

  /// A line without its times.
  func coverTimes(_ line: String) -> String {
    line.replacing(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?/, with: "<time>")
  }
}

extension Answer.Exit {
  /// The number of the code or the signal.
  var number: Int32 {
    switch self {
    case .code(let number), .signal(let number): number
    }
  }
}
