import Foundation

/// Where things lie in the repository these tests were built from.
enum Clone {
  /// The folder that holds Package.swift, four levels above this file.
  static let root = (1...4).reduce(URL(filePath: #filePath).resolvingSymlinksInPath()) { url, _ in
    url.deletingLastPathComponent()
  }

  /// The samples of foreign data, each with its licence.
  static let samples = root.appending(path: "Tests/Samples")

  /// The transcripts of sessions with the tool.
  static let transcripts = root.appending(path: "Tests/HandoverTests/Transcripts")

  /// Data that is too large for the repository and may lie beside it.
  static let shared = root.appending(path: "../shared/data").standardizedFileURL

  /// The files of a folder, by name; none if there is no such folder.
  static func files(in folder: URL, _ ending: String) -> [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(ending) }.sorted().map { folder.appending(path: $0) }
  }

  /// Says that a test was left out because its data is not there.
  static func skip(_ what: String) {
    FileHandle.standardError.write(Data("SKIPPED: \(what) does not lie on this machine\n".utf8))
  }
}
