import Foundation

/// Checkers that are written in Python from our documents alone.
enum Python {
  /// Runs a script to its end.
  static func run(_ arguments: [String], in scratch: URL) throws -> Answer {
    let call = Tool.Call(
      executable: "/usr/bin/env",
      arguments: ["python3"] + arguments,
      input: Data(),
    )
    return try Tool.run(call, in: scratch)
  }

  /// Whether this machine has Python.
  static let isThere = does("pass", orSkip: "python3")
  /// Whether this machine's Python has the library that checks signatures.
  static let hasCryptography = does("import cryptography", orSkip: "python3-cryptography")

  private static func does(_ statement: String, orSkip missing: String) -> Bool {
    let scratch = FileManager.default.temporaryDirectory
    let isDone = (try? run(["-c", statement], in: scratch))?.exit == .code(0)
    if !isDone { Clone.skip(missing) }
    return isDone
  }
}
