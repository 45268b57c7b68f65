import Foundation
import Testing

/// Gives each test a folder of its own, which is gone when the test ends.
///
/// The folder outlives everything the test has opened in it: a folder removed too early could lend
/// its identity to the next one, which would then look as if it were open twice.
struct TemporaryFolder: TestTrait, SuiteTrait, TestScoping {
  /// The folder of the test that runs.
  @TaskLocal static var path = "no test is running"

  var isRecursive: Bool { true }

  func provideScope(
    for test: Test,
    testCase: Test.Case?,
    performing function: @concurrent @Sendable () async throws -> Void,
  ) async throws {
    guard testCase != nil else { return try await function() }
    let folder = FileManager.default.temporaryDirectory.appending(path: "ledger-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer {
      do { try FileManager.default.removeItem(at: folder) } catch { Issue.record(error) }
    }
    try await Self.$path.withValue(folder.path) { try await function() }
  }
}

extension Trait where Self == TemporaryFolder {
  /// Runs each test in a folder of its own: `TemporaryFolder.path`.
  static var inTemporaryFolder: Self { Self() }
}
