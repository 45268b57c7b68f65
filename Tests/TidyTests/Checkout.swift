import Foundation

/// The repository as it lies on this disk.
struct Checkout: Sendable {
  /// The one these tests were built from.
  static let here = Checkout(root: folderOfRepository)

  /// The folder that holds Package.swift.
  let root: URL

  /// The files that are tracked, or would be if they were added, as paths from the root.
  let paths: Set<String>

  /// Those of the files that are text, in the order of their paths.
  let textFiles: [TextFile]

  private init(root: URL) {
    self.root = root
    let listed = Self.pathsKnownToGit(root: root) ?? Self.pathsFound(root: root)
    let files = listed.sorted().compactMap { path in
      FileManager.default.contents(atPath: root.appending(path: path).path).map { (path, $0) }
    }
    paths = Set(files.map(\.0))
    textFiles = files.compactMap { path, contents in
      guard !contents.contains(0), let text = String(validating: contents, as: UTF8.self)
      else { return nil }
      return TextFile(path: path, text: text)
    }
  }

  /// The folder three levels above this file, Tests/TidyTests/Checkout.swift.
  ///
  /// Links are followed, so that a package made only to run these tests may link to them.
  private static var folderOfRepository: URL {
    (1...3).reduce(URL(filePath: #filePath).resolvingSymlinksInPath()) { url, _ in
      url.deletingLastPathComponent()
    }
  }
}

extension Checkout {
  /// Asks git; nil if it is not there, or has no say about the folder.
  private static func pathsKnownToGit(root: URL) -> [String]? {
    guard FileManager.default.fileExists(atPath: root.appending(path: ".git").path) else {
      return nil
    }
    let git = Process()
    git.executableURL = URL(filePath: "/usr/bin/env")
    git.arguments = ["git", "-C", root.path, "ls-files", "-coz", "--exclude-standard"]
    let output = Pipe()
    git.standardOutput = output
    git.standardError = FileHandle.nullDevice
    do {
      try git.run()
      let listing = try output.fileHandleForReading.readToEnd() ?? Data()
      git.waitUntilExit()
      guard git.terminationStatus == 0 else { return nil }
      return listing.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    } catch {
      return nil
    }
  }

  /// Walks the folders, leaving out what .gitignore names; for a copy that is no clone.
  private static func pathsFound(root: URL) -> [String] {
    let walk = FileManager.default.enumerator(atPath: root.path)
    var paths: [String] = []
    while let path = walk?.nextObject() as? String {
      let name = path.split(separator: "/").last ?? ""
      if name.hasPrefix(".build") || ignoredNames.contains(name) {
        walk?.skipDescendants()
      } else {
        paths.append(path)
      }
    }
    return paths
  }

  private static let ignoredNames: Set<Substring> = [
    ".git", ".swiftpm", "Package.resolved", "ledger-data",
  ]
}
