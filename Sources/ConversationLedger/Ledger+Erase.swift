import ConversationCoding
import Conversations
import Dispatch
import EventStore
import Foundation
import Projections
import Synchronization

/// How many conversations are written down as erased in one command.
private let recordLength = 1_024
/// How many times a step is tried before its fault is believed.
private let stepAttempts = 4

extension Ledger {
  /// Says what an erasure would reach, and changes nothing.
  ///
  /// - Throws: `Refusal` if there is nothing to erase; `LedgerError` if the ledger cannot be read.
  public func previewErasure(_ request: ErasureRequest) throws -> ErasurePreview {
    try answering { snapshot in
      let chosen = try selection(for: request, in: snapshot)
      let words = try chosen.heads.reduce(into: WordSpan()) { $0.join(try WordSpan(of: $1, log)) }
      return ErasurePreview(
        scope: request.subject.scope,
        position: snapshot.position,
        complete: chosen.isComplete,
        conversations: chosen.heads.count,
        events: chosen.heads.reduce(0) { $0 + Int($1.streamPosition) },
        keys: Set(chosen.heads.map(\.keySlot)).count,
        since: words.oldest.map(text),
        until: words.newest.map(text),
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
        // In a folder that was renamed the keys would be rewritten elsewhere.
        try identity.requireSame()
        let chosen = try answering { try selection(for: request, in: $0) }
        let position = try done(.order(chosen.command, by: request.caller)).position
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
    _ = try done(.finish(order: erasure.position, keys: Int64(erasure.slots.count)))
    erasureStepDone(.finished)
    return receipt
  }

  /// Finishes what a process that died, or an older copy of the keys, left unfinished.
  ///
  /// The log says what was erased, so keys that were restored from a backup of before are destroyed
  /// again.
  func finishErasures() throws {
    // Keys that somebody goes on without are written down first.
    guard let writing, try writing.keyLoss == nil || !keys.isPassing() else { return }
    try LedgerError.wrapping {
      let known = writing.erasures
      let done = try keys.erasedThrough(ofLogEndingAt: log.head().position)
      for position in known.open.keys.sorted() {
        _ = try carryOut(Erasure(at: position, in: self), isResumed: true)
      }
      let again = done < known.newest ? try erasures(behind: done) : []
      if !again.isEmpty {
        _ = try destroyKeys(of: again)
      } else if try keys.needsRewrite() {
        try keys.rewrite()
      }
    }
  }

  /// The orders behind a position, the oldest first.
  private func erasures(behind position: UInt64) throws -> [Erasure] {
    try answering { try reader.orders(in: log, keys, behind: position, $0) }
      .map { try Erasure(at: $0.position, in: self) }
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
      _ = try submitErasure(.record(slice, note))
      erasureStepDone(.begunToRecord)
    }
    erasureStepDone(.recorded)
  }

  /// Applies a step, again if it shared its commit with commands for which there was no room.
  ///
  /// Those are refused one by one as soon as the ledger is known to be full, so once is enough but
  /// for chance.
  private func submitErasure(_ step: ErasureStep) throws -> [LedgerAnswer] {
    for _ in 1..<stepAttempts {
      do {
        return try submitAndWait([.erasure(step)])
      } catch let error as LedgerError where error.kind == .inputOutput {
        continue
      }
    }
    return try submitAndWait([.erasure(step)])
  }

  private func done(_ step: ErasureStep) throws -> Receipt {
    try receipt(in: submitErasure(step))
  }

  /// Applies a command and waits until it is on disk.
  ///
  /// - Throws: The refusal, if the rules did not allow it.
  func done(_ command: LedgerCommand) throws -> Receipt {
    try receipt(in: submitAndWait([command]))
  }

  private func receipt(in answers: [LedgerAnswer]) throws -> Receipt {
    for answer in answers {
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
    order.nameFingerprint = request.name?.fingerprint
    if let inactiveFor = request.inactiveFor {
      guard inactiveFor >= .zero else {
        throw LedgerError(
          .malformedQuery,
          "a retention rule looks back, and \(inactiveFor) lies ahead; give how long the last "
            + "activity must lie back",
        )
      }
      // By the clock, and not by the log's last event: one leap of the clock would make everything
      // old.
      order.inactiveSince = Timestamp(microseconds: now - inactiveFor.microseconds)
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
      guard selection.fits(head), let cut = command.order.inactiveSince else { return }
      // The log has the last word: a head may be of views that knew less of the times.
      guard try WordSpan(of: head, log).latest ?? .min < cut.microseconds else { return }
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
    guard case .erasureOrdered(let subject)? = recorded.registryEvent else {
      throw LedgerError(.damaged, "position \(position) holds no order of erasure")
    }
    self.position = position
    recordedAt = recorded.recordedAt
    // Without the ledger's own key, what an order says in words is lost.
    order = ErasureOrder(subject, recorded.body ?? EventBody())
    let conversations = order.conversations
    heads = try ledger.answering { snapshot in
      switch (recorded.body, subject) {
      case (nil, .visitor(let visitor)): try snapshot.heads(of: visitor)
      case (nil, .conversation(let conversation)):
        try snapshot.head(of: conversation).map { [$0] } ?? []
      default: try conversations.compactMap { try snapshot.head(of: $0) }
      }
    }
  }
}
