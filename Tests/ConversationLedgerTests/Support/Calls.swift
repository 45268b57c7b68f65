import Synchronization

/// Counts how often something was called.
final class Calls: Sendable {
  private let count = Atomic(0)

  /// How often it was called before this.
  func add() -> Int { count.add(1, ordering: .relaxed).oldValue }
}
