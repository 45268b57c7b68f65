extension ServeConfiguration {
  /// What a client may ask for; beyond it, it gets a problem.
  public struct Limits: Sendable, Hashable {
    /// The most bytes of a body; beyond it 413.
    public var bodyBytes = 1 << 20
    /// The most bytes of all header fields; beyond it 431.
    public var headerBytes = 16 << 10
    /// The most connections at once; beyond it 429.
    public var connections = 10_000
    /// The most connections of one address at once, but of a proxy's; beyond it 429; 0 is no limit.
    public var connectionsPerAddress = 1_000
    /// The seconds a request's head and body may take to arrive; beyond it 408.
    public var requestSeconds = 30
    /// The seconds a connection may stay open without a request, or without taking in a byte of
    /// what waits for it.
    public var idleSeconds = 120
    /// The most bytes of one answer, which may all wait for a slow reader; beyond it 413.
    ///
    /// The transcript of 200,000 messages has half as many.
    public var answerBytes = 128 << 20
    /// The most bytes of all answers that wait for their readers; beyond it 503.
    public var waitingBytes = 512 << 20
    /// What one owner, agent, admin or auditor may send and be sent a second.
    ///
    /// More than the server reaches, so that it stops only what runs wild.
    public var requests = Rate(calls: 50_000, bytes: 1 << 30)
    /// What one visitor may send and be sent a second.
    ///
    /// A person types a message in seconds, and a page of a chat asks for a few things at once.
    public var visitors = Rate(calls: 20, bytes: 1 << 20)
    /// What one address may send and be sent a second without a token.
    public var open = Rate(calls: 50, bytes: 2 << 20)
  }

  /// What one client may do in a second; 0 is no limit.
  public struct Rate: Sendable, Hashable {
    /// The calls.
    public var calls: Int
    /// The bytes of bodies, of calls and answers together.
    public var bytes: Int
  }

  /// Questions whose cost grows with the ledger.
  public struct QuestionSettings: Sendable, Hashable {
    /// The threads that answer them; half of the processors if `nil`.
    public var threads: Int?
    /// The seconds one may take; beyond it 503.
    public var seconds = 10
    /// The most that wait for a thread; beyond it 429.
    public var waiting = 64
    /// The most of one person that wait; beyond it 429.
    public var waitingPerPerson = 4
  }
}
