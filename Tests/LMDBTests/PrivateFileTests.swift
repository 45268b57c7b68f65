import Foundation
import Glibc
import LMDB
import Testing

@Suite(.inTemporaryFolder)
struct `A file that is written durably` {
  private let folder = TemporaryFolder.path
  private var path: String { folder + "/file" }

  private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  @Test
  func `is its owner's alone, also in the place of one that was not`() throws {
    _ = FileManager.default.createFile(
      atPath: path,
      contents: Data("old".utf8),
      attributes: [.posixPermissions: 0o666],
    )
    try writeDurably(Array("new".utf8), to: path)
    #expect(try mode(path) == 0o600)
    #expect(FileManager.default.contents(atPath: path) == Data("new".utf8))
  }

  @Test
  func `is not written through a link, neither in its place nor in that of its temporary name`()
    throws
  {
    let other = folder + "/other"
    try Data("kept".utf8).write(to: URL(filePath: other))
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: other)
    #expect(try code { try writeDurably([1], to: path) } == .link)
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createSymbolicLink(atPath: path + ".tmp", withDestinationPath: other)
    try writeDurably([1], to: path)
    #expect(FileManager.default.contents(atPath: path) == Data([1]))
    #expect(FileManager.default.contents(atPath: other) == Data("kept".utf8))
  }

  @Test
  func `leaves no temporary file when it fails`() throws {
    // A folder in its place cannot be replaced.
    try FileManager.default.createDirectory(
      atPath: path + "/inside",
      withIntermediateDirectories: true,
    )
    #expect(throws: StorageError.self) { try writeDurably([1], to: path) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file"])
  }

  @Test
  func `is as closed when it is a copy of an environment`() throws {
    let shelf = try Shelf(at: folder + "/log")
    try shelf.put(Entry("a", "one"))
    try shelf.environment.copyCompacted(to: folder + "/copy")
    #expect(try mode(folder + "/copy/data.mdb") == 0o600)
  }
}
