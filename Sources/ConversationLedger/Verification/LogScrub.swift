import EventStore
import TransparencyLog

/// Walks a running ledger's log round and round, slowly, and compares every record with its leaf
/// and every stored node of the tree with what is below it.
///
/// Bit rot is found while a backup still has what is lost, and not on the day an old conversation
/// is opened. A piece is 256 records, the span of one stored node, so a scrub needs no memory and
/// can begin at any position.
///
/// ```swift
/// let scrub = LogScrub(of: ledger, recordsPerSecond: 2_000)
/// try await scrub.run(from: 1) { report in … }
/// ```
public struct LogScrub: Sendable {
  /// What a piece of the walk came to.
  public struct Report: Hashable, Sendable {
    /// The last position of the piece; the next piece begins behind it, or at 1 after the head.
    public let position: UInt64
    /// The log's head when the piece was read.
    public let head: UInt64
    /// The records that were compared.
    public let records: UInt64
    /// Whether the piece was the last of its round.
    public let endsRound: Bool
    /// What is wrong in it.
    public let findings: [Verification.Finding]
  }

  /// The records of a piece: those under one node of the lowest level that is stored.
  private static let length: UInt64 = 1 << UInt64(level)
  private static let level = EventLog.lowestStoredLevel

  private let ledger: Ledger
  private let pause: Duration

  /// Prepares a scrub.
  ///
  /// - Parameters:
  ///   - ledger: Whose log; it may be written meanwhile.
  ///   - recordsPerSecond: The most records to read a second; at least one.
  public init(of ledger: Ledger, recordsPerSecond: Int) {
    self.ledger = ledger
    pause = .seconds(Double(Self.length) / Double(max(recordsPerSecond, 1)))
  }

  /// Walks until the task is cancelled.
  ///
  /// Between two pieces it sleeps, also when the log is empty.
  ///
  /// - Parameters:
  ///   - position: Where to begin; the piece that holds it is read whole.
  ///   - report: Takes what each piece came to, and is waited for.
  /// - Throws: `LedgerError` if the head of the log cannot be read; a damaged record is a finding.
  public func run(
    from position: UInt64 = 1,
    _ report: @Sendable (Report) async -> Void,
  ) async throws {
    var next = position
    while !Task.isCancelled {
      let piece = try step(from: next)
      await report(piece)
      next = piece.endsRound ? 1 : piece.position + 1
      try? await Task.sleep(for: pause)
    }
  }

  /// Reads one piece, without a pause.
  ///
  /// - Parameter position: A position in the piece; beyond the head it is the first piece.
  /// - Returns: What the piece came to.
  /// - Throws: `LedgerError` if the head of the log cannot be read.
  public func step(from position: UInt64) throws -> Report {
    try LedgerError.wrapping {
      let head = try ledger.log.head()
      guard head.position > 0 else { return Report(endOf: head, 0, 0, []) }
      let wanted = position > head.position ? 1 : max(position, 1)
      let first = (wanted - 1) / Self.length * Self.length + 1
      // A damaged head can name a position no log reaches.
      let last = head.position - first < Self.length ? head.position : first + Self.length - 1
      let span = LogSpan(first: first, last: last)
      var result = span.verify(ledger.log)
      if last - first + 1 == Self.length { result.compareNodes(endingAt: last, ledger.log) }
      if last == head.position { result.compareRoot(with: head, ledger.log) }
      let tallies = [result.leaf, result.position, result.tree]
      return Report(endOf: head, last, span.count, tallies.flatMap(\.findings))
    }
  }
}

extension LogScrub.Report {
  fileprivate init(
    endOf head: LogHead,
    _ position: UInt64,
    _ records: UInt64,
    _ findings: [Verification.Finding],
  ) {
    self.position = position
    self.head = head.position
    self.records = records
    endsRound = position == head.position
    self.findings = findings
  }
}

extension LogSpan.Result {
  /// Compares the higher nodes that end at a position with the two nodes below each of them.
  fileprivate mutating func compareNodes(endingAt last: UInt64, _ log: EventLog) {
    let nodes = StoredNodes(of: log)
    var level = EventLog.lowestStoredLevel + 1
    while level < UInt64.bitWidth, last.isMultiple(of: 1 << UInt64(level)) {
      let index = last >> UInt64(level) - 1
      do {
        let left = try nodes.node(level: level - 1, index: 2 * index)
        let right = try nodes.node(level: level - 1, index: 2 * index + 1)
        log.compare(level: level, index, with: TreeHasher.nodeHash(left, right), &tree)
      } catch {
        tree.fail(at: last, (error as? DamagedRecord)?.reason ?? "\(error)")
      }
      level += 1
    }
  }

  /// Compares the root over the stored nodes with the one that was committed.
  fileprivate mutating func compareRoot(with head: LogHead, _ log: EventLog) {
    guard isSound else { return }
    do {
      let root = try TreeHasher.root(ofSize: head.position, from: StoredNodes(of: log))
      guard root != head.root else { return }
      tree.fail(at: head.position, "the root over the tree's nodes is not the one committed")
    } catch {
      tree.fail(at: head.position, (error as? DamagedRecord)?.reason ?? "\(error)")
    }
  }
}
