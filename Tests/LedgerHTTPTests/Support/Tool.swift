import Foundation

/// The executable `handover`.
enum Tool {
  /// Where it is: beside the bundle of these tests.
  static let path: String = {
    let bundle = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    let folders = sequence(first: bundle.deletingLastPathComponent()) { folder in
      folder.path == "/" ? nil : folder.deletingLastPathComponent()
    }
    let found = folders.lazy.map { $0.appending(path: "handover").path }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
    return found ?? "handover"
  }()

  /// Runs the tool to its end.
  ///
  /// - Returns: Its exit code, standard output, and standard error.
  static func run(
    _ arguments: [String],
    environment: [String: String] = [:],
  ) async throws -> (code: Int32, output: String, error: String) {
    try await onThread {
      let folder = FileManager.default.temporaryDirectory
      let files = (0..<2).map { _ in folder.appending(path: "tool-\(UUID().uuidString)") }
      for file in files { _ = FileManager.default.createFile(atPath: file.path, contents: nil) }
      defer { for file in files { try? FileManager.default.removeItem(at: file) } }
      let process = Process()
      process.executableURL = URL(filePath: path)
      process.arguments = arguments
      process.environment = ProcessInfo.processInfo.environment
        .filter { !$0.key.hasPrefix("HANDOVER_") }
        .merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
        .merging(environment) { $1 }
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = try FileHandle(forWritingTo: files[0])
      process.standardError = try FileHandle(forWritingTo: files[1])
      try process.run()
      process.waitUntilExit()
      let texts = try files.map { try String(contentsOf: $0, encoding: .utf8) }
      return (process.terminationStatus, texts[0], texts[1])
    }
  }
}
