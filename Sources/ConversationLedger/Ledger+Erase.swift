import ConversationCoding
import Conversations
import Dispatch
import EventStore
import Foundation
import Projections
import Synchronization

/// How many conversations are written down as erased in one command.
private let recordLength = 1_024

extension Ledger {
  /// Says what an erasure would reach, and changes nothing.
  ///
  /// - Throws: `Refusal` if there is nothing to erase; `LedgerError` if the ledger cannot be read.
  public func previewErasure(_ request: ErasureRequest) throws -> ErasurePreview {
    try answering { snapshot in
      let chosen = try selection(for: request, in: snapshot)
      return ErasurePreview(
        scope: request.subject.scope,
        position: snapshot.position,
        complete: chosen.isComplete,
        conversations: chosen.heads.count,
        events: chosen.heads.reduce(0) { $0 + Int($1.streamPosition) },
        keys: Set(chosen.heads.map(\.keySlot)).count,
        since: chosen.heads.map(\.startedAt).min().map(text),
        until: chosen.heads.map(\.lastActivityAt).max().map(text),
        conversationIds: chosen.heads.map(\.conversation.description),
      )
    }
  }

  /// Makes words unreadable for ever, as `eraseAndWait` does, without holding up a task.
  public func erase(_ request: ErasureRequest) async throws -> ErasureReceipt {
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(with: Result { try self.eraseAndWait(request) })
      }
    }
  }

  /// Makes words unreadable for ever, and searches every file of the ledger for what is left.
  ///
  /// In this order (docs/decisions/0013): the order in the log, which forbids every further event;
  /// the keys; the file they lay in; an event in each conversation; the search; the receipt; an
  /// event that all is done. What was begun is finished when the ledger is opened for writing next.
  ///
  /// - Returns: The receipt, which is also in the ledger's folder `receipts`.
  /// - Throws: `Refusal` if there is nothing to erase or the caller may not; `LedgerError` if the
  ///   storage failed, and then it is finished at the next opening.
  @available(*, noasync, message: "Use erase in asynchronous code")
  public func eraseAndWait(_ request: ErasureRequest) throws -> ErasureReceipt {
    try LedgerError.wrapping {
      try requireWriting().erasing.withLock { _ in
        let chosen = try answering { try selection(for: request, in: $0) }
        let step = ErasureStep.order(chosen.command, by: request.caller)
        let position = try done(.erasure(step)).position
        erasureStepDone(.ordered)
        return try carryOut(Erasure(at: position, in: self), isResumed: false)
      }
    }
  }

  /// Does what an order says; what was done already stays as it is.
  private func carryOut(_ erasure: Erasure, isResumed: Bool) throws -> ErasureReceipt {
    // Nobody can read the words when the keys are gone, so they are read before.
    let words = try words(of: erasure)
    let prints = try destroyKeys(of: [erasure])
    try writeDown(erasure)
    let isHunted = !isResumed || !prints.isEmpty
    let found = isHunted ? try Hunt(for: words).search(LedgerFiles(path).folder) : nil
    let receipt = try giveReceipt(for: erasure, prints, found, isResumed: isResumed)
    erasureStepDone(.receipted)
    let step = ErasureStep.finish(order: erasure.position, keys: Int64(erasure.slots.count))
    _ = try done(.erasure(step))
    erasureStepDone(.finished)
    return receipt
  }

  /// Finishes what a process that died, or an older copy of the keys, left unfinished.
  ///
  /// The log says what was erased, so keys that were restored from a backup of before are destroyed
  /// again.
  func finishErasures() throws {
    guard let writing else { return }
    try LedgerError.wrapping {
      let (known, erased) = (writing.erasures, try keys.erasedThrough())
      for position in known.open.keys.sorted() {
        _ = try carryOut(Erasure(at: position, in: self), isResumed: true)
      }
      // A mark beyond the log's end is of a log that was cut off, and says nothing of this one.
      let done = try erased > log.head().position ? 0 : erased
      let again = done < known.newest ? try erasures(after: done) : []
      if !again.isEmpty {
        _ = try destroyKeys(of: again)
      } else if try keys.needsRewrite() {
        try keys.rewrite()
      }
    }
  }

  /// The orders behind a position, the oldest first.
  private func erasures(after position: UInt64) throws -> [Erasure] {
    let last = try answering { $0.overlay.totals.administration.last }
    var orders: [UInt64] = []
    try log.forEachRecord(at: log.chain(endingAt: last, after: position)) { record in
      guard case .erasureOrdered = record.header.facts.registryEvent else { return }
      orders.append(record.header.position)
    }
    return try orders.map { try Erasure(at: $0, in: self) }
  }

  /// Destroys keys, in memory and in every file.
  private func destroyKeys(of erasures: [Erasure]) throws -> [KeyFingerprint] {
    var prints: [KeyFingerprint] = []
    for erasure in erasures {
      prints += try keys.empty(erasure.slots.sorted(), by: erasure.position)
    }
    erasureStepDone(.emptied)
    try keys.rewrite()
    erasureStepDone(.rewritten)
    return prints
  }

  /// Writes into each conversation that the words are gone.
  private func writeDown(_ erasure: Erasure) throws {
    let conversations = erasure.heads.map(\.conversation)
    var note = erasure.order
    note.conversations = []
    for start in stride(from: 0, to: conversations.count, by: recordLength) {
      let slice = Array(conversations[start..<min(start + recordLength, conversations.count)])
      _ = try submitAndWait([.erasure(.record(slice, note))])
      erasureStepDone(.begunToRecord)
    }
    erasureStepDone(.recorded)
  }

  private func done(_ command: LedgerCommand) throws -> Receipt {
    for answer in try submitAndWait([command]) {
      switch answer {
      case .done(let receipt): return receipt
      case .refused(let refusal): throw refusal
      case .recorded: break
      }
    }
    throw NothingToAppend()
  }

  /// The words to search for: all that is sealed with the keys that are to be destroyed, and can
  /// still be opened.
  private func words(of erasure: Erasure) throws -> HuntedWords {
    var words = HuntedWords()
    for head in erasure.heads {
      try log.forEachRecord(at: log.chain(endingAt: head.lastPosition)) { record in
        guard record.header.keySlot == head.keySlot, let bytes = try keys.open(record) else {
          return
        }
        words.take(try EventBody(decoding: bytes))
      }
    }
    return words
  }

  private func text(_ microseconds: Int64) -> String {
    Timestamp(microseconds: microseconds).text
  }
}

extension Ledger {
  /// What a request comes to at a position.
  private struct Selection {
    var command: ErasureCommand
    var heads: [Head]
    var isComplete = true
  }

  private func selection(
    for request: ErasureRequest,
    in snapshot: ViewSnapshot,
  ) throws -> Selection {
    var order = ErasureOrder(request.subject, by: request.orderedBy, ground: request.ground)
    if let inactiveFor = request.inactiveFor {
      let time = max(now, snapshot.time)
      order.inactiveSince = Timestamp(microseconds: time - inactiveFor.microseconds)
    }
    var command = ErasureCommand(order, isEndedOnly: request.isEndedOnly)
    let isComplete = try addCandidates(to: &command, snapshot)
    let chosen = erasureSelection(command, snapshot)
    return Selection(command: command, heads: try chosen.heads(), isComplete: isComplete)
  }

  /// Names the conversations a retention rule fits, as many as one order takes.
  ///
  /// - Returns: Whether these are all.
  private func addCandidates(
    to command: inout ErasureCommand,
    _ snapshot: ViewSnapshot,
  ) throws -> Bool {
    guard case .retention(let bot) = command.order.subject else { return true }
    if let bot, snapshot.registry.bots[bot] == nil {
      throw LedgerError(.notFound, "there is no bot \(bot)")
    }
    let selection = erasureSelection(command, snapshot)
    var isComplete = true
    var candidates: [ConversationID] = []
    try snapshot.forEachHead { head in
      guard selection.fits(head) else { return }
      isComplete = candidates.count < ErasureOrder.conversationLimit
      if isComplete { candidates.append(head.conversation) }
    }
    command.order.conversations = candidates
    return isComplete
  }

  private func erasureSelection(
    _ command: ErasureCommand,
    _ snapshot: ViewSnapshot,
  ) -> ErasureSelection {
    ErasureSelection(
      command: command,
      registry: snapshot.registry,
      time: max(now, snapshot.time),
      headOf: snapshot.head,
      headsOf: snapshot.heads,
    )
  }
}

/// An order as it stands in the log, and what it reaches.
struct Erasure {
  let position: UInt64
  let order: ErasureOrder
  let recordedAt: Timestamp
  let heads: [Head]

  /// The slots of the keys.
  var slots: Set<UInt64> { Set(heads.map(\.keySlot)) }

  /// Reads an order.
  ///
  /// - Throws: `LedgerError` `.damaged` if there is none at the position.
  init(at position: UInt64, in ledger: Ledger) throws {
    let recorded = try ledger.event(at: position)
    guard case .erasureOrdered(let subject)? = recorded.registryEvent, let body = recorded.body
    else { throw LedgerError(.damaged, "position \(position) holds no order of erasure") }
    self.position = position
    recordedAt = recorded.recordedAt
    order = ErasureOrder(subject, body)
    let conversations = order.conversations
    heads = try ledger.answering { snapshot in
      try conversations.compactMap { try snapshot.head(of: $0) }
    }
  }
}

extension Duration {
  /// Whole microseconds, cut off; the most that fit.
  fileprivate var microseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, isTooLong) = seconds.multipliedReportingOverflow(by: 1_000_000)
    return isTooLong ? .max / 2 : product + attoseconds / 1_000_000_000_000
  }
}
