/// What hears of the writer's commits, on the thread that commits: it must not block.
package protocol CommitObserver: Sendable {
  /// A batch is about to be written and flushed; no other one is meanwhile.
  func commitBegins()

  /// The batch was written and flushed, or that failed.
  ///
  /// - Parameter events: How many events the batch has.
  func commitEnds(events: Int)

  /// The log has come to a position, and whoever asked for that has the answer.
  ///
  /// Two commits may be told in the other order.
  func logReached(_ position: UInt64)
}
