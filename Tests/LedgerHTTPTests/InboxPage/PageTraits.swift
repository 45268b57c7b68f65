import Foundation
import Testing

/// Says aloud that tests with a browser do not run here.
private let browserIsThere: Bool = {
  guard let absence = BrowserDriver.absence else { return true }
  FileHandle.standardError.write(Data("SKIPPED: the inbox page in a browser: \(absence)\n".utf8))
  return false
}()

extension Trait where Self == ConditionTrait {
  /// The test needs Chromium and its driver.
  static var needsBrowser: Self { .enabled(if: browserIsThere, "needs chromium and its driver") }
}

/// The row of a conversation.
func row(_ conversation: String) -> String { "#rows > [data-conversation=\"\(conversation)\"]" }
