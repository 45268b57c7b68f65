import EventStore
import Foundation
import LMDB
import Projections

extension Ledger {
  /// Written views that are of another history than the log.
  ///
  /// Readers do not use them and a writer builds them anew, so they give no wrong answer. But they
  /// hint that the log was once another: its past was rewritten, or a folder swapped.
  ///
  /// - Returns: A sentence about them; `nil` if they fit, are of another version, or are absent.
  func strayViews(of head: LogHead) throws -> String? {
    let path = LedgerFiles(path).views
    guard reader.writtenViews == nil,
      FileManager.default.fileExists(atPath: path + "/data.mdb"),
      let views = try? Views(at: path, for: .reading)
    else { return nil }
    do {
      guard try views.isOfThisVersion() else { return nil }
      let position = try views.checkpoint().position
      guard try position <= log.head().position else { return nil }
      return "the written views, which are of another history than the log and are not used"
    } catch is DamagedViews {
      return "the written views, which are damaged and are not used; whoever writes the ledger "
        + "next builds them anew"
    }
  }

  /// What the written views say against the log; `nil` if they are not ahead of it.
  public func laterViews() -> String? {
    guard reader.writtenViews == nil else { return nil }
    return (try? LedgerFiles(path).laterViews(than: log)).flatMap { $0 }
  }
}

extension LedgerFiles {
  /// What views say that have seen more events than the log has; `nil` if they have not.
  ///
  /// Views are written after the events they have seen were acknowledged, so the log is an older
  /// copy, or lost its end. Views that cannot be read, or of another version, say nothing.
  func laterViews(than log: EventLog) throws -> String? {
    guard FileManager.default.fileExists(atPath: views + "/data.mdb"),
      let written = try? Views(at: views, for: .reading),
      (try? written.isOfThisVersion()) == true,
      let position = try? written.checkpoint().position
    else { return nil }
    // The head is read last, so that a writer at work is not behind its own views.
    let head = try log.head().position
    guard position > head else { return nil }
    return "this log ends at position \(head), but the written views have seen \(position) events: "
      + "it is an older copy, or its end was cut off"
  }

  /// Refuses to write a log that is older than its views, which would be the last sign of it.
  ///
  /// - Throws: `LedgerError` `.behindCheckpoint`.
  func requireNoLaterViews(than log: EventLog) throws {
    guard let what = try laterViews(than: log) else { return }
    throw LedgerError(
      .behindCheckpoint,
      "\(what); restore the newer log, or go on with this one with: handover checkpoint "
        + "--accept-older",
    )
  }
}
