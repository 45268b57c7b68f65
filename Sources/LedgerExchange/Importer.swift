public import ConversationLedger
import Conversations

/// Brings the history of files into a ledger, and counts what became of every row.
///
/// Each conversation's rows go in together, many conversations to a commit. A row that is there
/// already is a duplicate; a row of the same identity with other content is skipped with a reason.
public struct Importer {
  /// How many rows are submitted at a time: enough for a full commit.
  private static let batchLength = 2_048

  let ledger: Ledger
  let isPreview: Bool
  private let progress: (ImportManifest) -> Void
  private var pending: [SourceRow] = []
  var registrations = Registrations()
  private var isStarted = false
  /// The conversations that would have begun by now, if the import only says what it would do.
  private var begun: Set<ConversationID> = []
  private var file = ""

  /// What was counted so far.
  public internal(set) var manifest: ImportManifest

  /// Whether an import changes the ledger.
  public enum Mode: Sendable {
    /// It does.
    case record
    /// It only says what would become of every row.
    case preview
  }

  /// Begins an import.
  ///
  /// - Parameters:
  ///   - ledger: Where the history goes.
  ///   - run: The run's name, for the audit.
  ///   - mode: Whether to record.
  ///   - progress: Hears the counts after each batch.
  public init(
    into ledger: Ledger,
    run: String,
    mode: Mode = .record,
    progress: @escaping (ImportManifest) -> Void = { _ in },
  ) {
    self.ledger = ledger
    isPreview = mode == .preview
    self.progress = progress
    manifest = ImportManifest(run: run)
  }

  /// Imports files, one after the other.
  ///
  /// What their rows say of the registry is entered first. A pipe can be read only once, so there
  /// such rows count from their place on.
  ///
  /// - Throws: `SourceError` if a file cannot be read to its end; what was good before is kept.
  ///   `LedgerError` if the ledger failed.
  public mutating func read(_ paths: [String], as format: SourceFormat) throws {
    try survey(paths, as: format)
    for path in paths { try read(path, as: format) }
  }

  private mutating func survey(_ paths: [String], as format: SourceFormat) throws {
    registrations.survey = format.survey(paths)
    for row in registrations.survey.registrations {
      switch row.content {
      case .success(let command):
        registrations.pending.append(Registration(command: command, row: row.row, file: row.file))
      case .failure(let error):
        manifest.rows += 1
        skip(row.row, of: row.file, error.reason)
      }
    }
    registrations.survey.registrations = []
    try registerExplicit()
  }

  private mutating func read(_ path: String, as format: SourceFormat) throws {
    manifest.files += 1
    file = path
    do {
      try format.read(path) { try take($0) }
    } catch let error as SourceError {
      try submit()
      throw error
    }
    try submit()
  }

  /// Ends the import; writes down that it was, if it appended anything.
  public mutating func finish() throws {
    guard isStarted else { return }
    try record([
      .registry(
        .finishImportRun(name: manifest.run, rows: Int64(manifest.rows)),
        by: .trusted,
      )
    ])
  }

  private mutating func take(_ item: SourceItem) throws {
    switch item {
    case .registry(let command, let row):
      guard !registrations.survey.files.contains(file) else { return }
      registrations.pending.append(Registration(command: command, row: row, file: file))
    case .unreadable(let row, let reason):
      manifest.rows += 1
      skip(row, of: file, reason)
    case .row(let row):
      // A conversation is not cut in two, unless it alone is longer than a batch.
      if pending.count + 1 >= Self.batchLength,
        row.conversation != pending.last?.conversation || pending.count >= 4 * Self.batchLength
      {
        try submit()
      }
      registrations.implied += row.registrations.map { command in
        Registration(command: command, row: row.number, file: file, isImplied: true)
      }
      pending.append(row)
    }
  }

  /// Submits what is pending, and counts the outcomes.
  ///
  /// Until the first row that is new, rows are only compared, so that an import that brings
  /// nothing new appends nothing, not even that it ran, nor the bots its rows name by the way.
  private mutating func submit() throws {
    try registerExplicit()
    let read = pending
    pending.removeAll(keepingCapacity: true)
    if try countKnown(read) { return }
    try registerImplied()
    let rows = takeable(read)
    if rows.count < read.count, try countKnown(rows) { return }
    if !isStarted, !isPreview {
      isStarted = true
      try record([.registry(.startImportRun(name: manifest.run, files: 0), by: .trusted)])
    }
    try record(rows.grouped())
    progress(manifest)
  }

  /// Counts rows none of which is new; does nothing once the run has begun.
  ///
  /// - Returns: Whether they were counted.
  private mutating func countKnown(_ rows: [SourceRow]) throws -> Bool {
    guard !isStarted, !isPreview else { return false }
    let groups = rows.grouped()
    let previews = try groups.map { try ledger.preview($0.history) }
    guard !previews.joined().contains(where: \.isNew) else { return false }
    for (outcomes, group) in zip(previews, groups) { count(outcomes, group.rows) }
    progress(manifest)
    return true
  }

  /// The rows whose bots are registered; the others are counted as not taken.
  private mutating func takeable(_ rows: [SourceRow]) -> [SourceRow] {
    rows.filter { row in
      guard let reason = refusal(of: row) else { return true }
      manifest.rows += 1
      skip(row.number, of: file, reason)
      return false
    }
  }

  private mutating func record(
    _ groups: [(history: ImportedConversation, rows: [SourceRow])]
  ) throws {
    guard !isPreview else {
      for (history, rows) in groups { count(try preview(history), rows) }
      return
    }
    let answers = try ledger.submitAndWait(groups.map { .record($0.history) })
    for (answer, group) in zip(answers, groups) {
      guard case .recorded(let outcomes) = answer else { continue }
      count(outcomes, group.rows)
    }
  }

  private mutating func preview(_ history: ImportedConversation) throws -> [RowOutcome] {
    let isBegun = begun.contains(history.conversation)
    let outcomes = try ledger.preview(history, isBegun: isBegun)
    if outcomes.contains(where: \.isNew) { begun.insert(history.conversation) }
    return outcomes
  }

  private mutating func record(_ commands: [LedgerCommand]) throws {
    guard !commands.isEmpty else { return }
    for answer in try ledger.submitAndWait(commands) {
      switch answer {
      case .done(let receipt) where !receipt.isRepeated: manifest.eventsAppended += 1
      case .refused(let refusal): throw SourceError("\(file): \(refusal.sentence)")
      case .done, .recorded: break
      }
    }
  }

  private mutating func count(_ outcomes: [RowOutcome], _ rows: [SourceRow]) {
    for (outcome, row) in zip(outcomes, rows) {
      manifest.rows += 1
      switch outcome {
      case .appended(let events):
        manifest.eventsAppended += events
        for event in row.content.events { manifest.count(event.event) }
      case .duplicate: manifest.count(duplicate: row, of: file)
      case .refused(let reason): skip(row.number, of: file, reason)
      case .conflict(let position):
        skip(
          row.number,
          of: file,
          "other content has this identity, at position \(position); if both are wanted, import "
            + "this file under another source name",
        )
      }
    }
  }

  /// Counts a row that was read as one that was not taken.
  mutating func skip(_ row: Int, of file: String, _ reason: String) {
    manifest.skipped += 1
    manifest.skips.append(ImportManifest.Skip(file: file, row: row, reason: reason))
  }
}

extension RowOutcome {
  /// Whether the row's events are new.
  fileprivate var isNew: Bool {
    if case .appended = self { true } else { false }
  }
}

extension [SourceRow] {
  /// Neighbouring rows of one conversation, together.
  fileprivate func grouped() -> [(history: ImportedConversation, rows: [SourceRow])] {
    var groups: [(history: ImportedConversation, rows: [SourceRow])] = []
    for row in self {
      if groups.last?.history.conversation == row.conversation {
        groups[groups.count - 1].history.rows.append(row.content)
        groups[groups.count - 1].rows.append(row)
      } else {
        let history = ImportedConversation(row.conversation, rows: [row.content])
        groups.append((history, [row]))
      }
    }
    return groups
  }
}
