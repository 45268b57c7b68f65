/// How long whoever asks a question is ready to wait for its answer.
///
/// A question whose cost grows with the ledger asks now and then, on the thread that answers it,
/// whether it may go on: before each conversation it opens, and after at most 8,192 events. If it
/// may not, it is cut off by a `LedgerError` of kind `.cutOff`, and nothing has changed.
///
/// ```swift
/// let deadline = ContinuousClock.now + .seconds(5)
/// let page = try ledger.inbox(query, patience: Patience { ContinuousClock.now < deadline })
/// ```
public struct Patience: Sendable {
  /// How many events are looked at between two questions whether to go on.
  static let stepLength: UInt64 = 8_192

  private let mayGoOn: @Sendable () -> Bool

  /// Waits as long as a condition holds; it is asked often, so it should be cheap.
  public init(_ mayGoOn: @escaping @Sendable () -> Bool) { self.mayGoOn = mayGoOn }

  /// Waits for the answer, however long it takes.
  public static let endless = Patience { true }

  /// Goes on, or cuts the question off.
  func check() throws(LedgerError) {
    guard mayGoOn() else {
      throw LedgerError(
        .cutOff,
        "the question took longer than it may and was cut off; ask for less of the ledger, or "
          + "ask with the command line, which waits",
      )
    }
  }
}
