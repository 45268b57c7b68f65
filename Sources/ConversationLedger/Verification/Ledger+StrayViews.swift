import EventStore
import Foundation
import LMDB
import Projections

extension Ledger {
  /// Written views that are of another history than the log, or of a later one.
  ///
  /// Readers do not use them and a writer builds them anew, so they give no wrong answer. But they
  /// hint that the log was once another: its end was cut off, its past rewritten, or a folder
  /// swapped.
  ///
  /// - Returns: A sentence about them; `nil` if they fit, are of another version, or are absent.
  func strayViews(of head: LogHead) throws -> String? {
    let path = LedgerFiles(path).views
    guard reader.writtenViews == nil,
      FileManager.default.fileExists(atPath: path + "/data.mdb"),
      let views = try? Views(at: path, for: .reading)
    else { return nil }
    do {
      return try views.isOfThisVersion()
        ? strayViews(through: views.checkpoint().position, of: head) : nil
    } catch is DamagedViews {
      return "the written views, which are damaged and are not used; whoever writes the ledger "
        + "next builds them anew"
    }
  }

  private func strayViews(through position: UInt64, of head: LogHead) -> String {
    guard position > head.position else {
      return "the written views, which are of another history than the log and are not used"
    }
    return "the written views, which have seen \(position) events though the log ends at "
      + "\(head.position); they are not used, and the log's end may have been cut off"
  }
}
