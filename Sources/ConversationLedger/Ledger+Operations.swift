import Conversations
import EventStore
import Foundation
import LMDB
import Projections
import TransparencyLog

/// How a ledger stands.
public struct LedgerStatus: Codable, Hashable, Sendable {
  /// The log position of the last event.
  public var position: UInt64
  /// The root of the RFC 6962 tree over all records, in hexadecimal.
  public var root: String
  /// When the last event was recorded.
  @ExplicitNull public var recordedAt: String?
  /// The bots.
  public var bots: Int
  /// The conversations.
  public var conversations: Int
  /// The messages.
  public var messages: Int
  /// The position the written views have come to; the rest is folded in memory.
  public var viewsPosition: UInt64
  /// The bytes the log takes, free pages included.
  public var logBytes: Int
  /// The most bytes it can take.
  public var mapBytes: Int
  /// The process that writes the ledger, if any.
  @ExplicitNull public var writerProcess: Int?
}

extension Ledger {
  /// How the ledger stands.
  public func status() throws -> LedgerStatus {
    try LedgerError.wrapping {
      let head = try log.head()
      let bots = try bots()
      let usage = try log.usage()
      return LedgerStatus(
        position: head.position,
        root: hexadecimal(head.root.bytes),
        recordedAt: head.position == 0
          ? nil : Timestamp(microseconds: head.recordedAt).text,
        bots: bots.count,
        conversations: bots.reduce(0) { $0 + $1.conversations },
        messages: bots.reduce(0) { $0 + $1.messages },
        viewsPosition: try reader.answering {
          try reader.writtenViews?.checkpoint().position ?? 0
        },
        logBytes: usage.usedInBytes,
        mapBytes: usage.mapSizeInBytes,
        writerProcess: WriterLock.holder(of: LedgerFiles(path).lock),
      )
    }
  }

  /// Throws the views away and builds them anew from the log.
  ///
  /// - Parameters:
  ///   - path: The folder.
  ///   - progress: Hears the position reached, and the end.
  /// - Returns: The position, and the digest of the new views.
  /// - Throws: `LedgerError` `.anotherWriter` if a process writes the ledger.
  public static func rebuild(
    at path: String,
    progress: (UInt64, UInt64) -> Void = { _, _ in },
  ) throws -> (position: UInt64, digest: String) {
    try LedgerError.wrapping {
      let files = LedgerFiles(path)
      guard files.exist else { throw LedgerError.noLedger(at: path) }
      let lock = try WriterLock(at: files.lock)
      defer { withExtendedLifetime(lock) {} }
      let log = try EventLog(at: files.log, for: .reading)
      // They would be the last sign that the log lost its end.
      try files.requireNoLaterViews(than: log)
      let head = try log.head().position
      let fresh = files.views + ".new"
      try? FileManager.default.removeItem(atPath: fresh)
      let digest = try {
        let views = try Views(at: fresh, for: .writing)
        try views.catchUp(with: log, through: head) { progress($0, head) }
        return try views.digest()
      }()
      try put(fresh, inPlaceOf: files.views)
      return (head, hexadecimal(digest))
    }
  }

  /// Gives new views the place of the old ones.
  private static func put(_ fresh: String, inPlaceOf views: String) throws {
    do {
      if FileManager.default.fileExists(atPath: views) {
        try FileManager.default.removeItem(atPath: views)
      }
      try FileManager.default.moveItem(atPath: fresh, toPath: views)
    } catch {
      throw LedgerError(
        .inputOutput,
        "\(views) cannot be replaced by \(fresh): \(reason(of: error))",
      )
    }
  }

  /// Writes everything into the views that they lag behind.
  ///
  /// - Returns: The position, and the views' digest there.
  public func settle() throws -> (position: UInt64, digest: String) {
    try LedgerError.wrapping {
      try reader.answering {
        guard let views = reader.writtenViews else {
          throw LedgerError(.readOnly, "this ledger has no views that can be written")
        }
        let head = try log.head().position
        try views.catchUp(with: log, through: head)
        return (head, hexadecimal(try views.digest()))
      }
    }
  }
}
