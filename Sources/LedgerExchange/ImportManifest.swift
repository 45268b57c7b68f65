import Conversations

/// What an import came to: the JSON shape of design.md 7.
public struct ImportManifest: Codable, Hashable, Sendable {
  /// The most ambiguous rows that are named; all are counted.
  private static let ambiguousLimit = 1_000

  /// The name of the run.
  public var run: String
  /// The files read.
  public var files = 0
  /// The rows read: taken, duplicates and skipped ones.
  public var rows = 0
  /// The conversations begun.
  public var conversations = 0
  /// The messages taken.
  public var messages = 0
  /// The handovers between bots taken.
  public var handovers = 0
  /// The requests for an agent taken.
  public var agentHandovers = 0
  /// The returns from an agent taken.
  public var agentReturns = 0
  /// The rows that were there already, word for word.
  public var duplicates = 0
  /// The rows that were not taken.
  public var skipped = 0
  /// The events the import appended, all kinds together.
  public var eventsAppended = 0
  /// Why each skipped row was not taken.
  public var skips: [Skip] = []
  /// The duplicates that another row of the same words could be as well: they have no identity and
  /// no time.
  public var ambiguousRows = 0
  /// The first of those.
  public var ambiguous: [Place] = []

  /// A row that was not taken.
  public struct Skip: Codable, Hashable, Sendable {
    /// The file.
    public var file: String
    /// The row's number in it, from 1.
    public var row: Int
    /// Why, and what to do.
    public var reason: String
  }

  /// A row.
  public struct Place: Codable, Hashable, Sendable {
    /// The file.
    public var file: String
    /// The row's number in it, from 1.
    public var row: Int
  }

  /// Begins to count.
  public init(run: String) { self.run = run }
}

extension ImportManifest {
  /// Counts an event that was taken.
  mutating func count(_ event: ConversationEvent) {
    switch event {
    case .started: conversations += 1
    case .messagePosted: messages += 1
    case .handedOver: handovers += 1
    case .agentRequested: agentHandovers += 1
    case .agentHandedBack: agentReturns += 1
    default: break
    }
  }

  /// Counts a row that is there already; names it if it cannot be told from another one.
  mutating func count(duplicate row: SourceRow, of file: String) {
    duplicates += 1
    guard row.isAmbiguous else { return }
    ambiguousRows += 1
    guard ambiguous.count < Self.ambiguousLimit else { return }
    ambiguous.append(Place(file: file, row: row.number))
  }
}
