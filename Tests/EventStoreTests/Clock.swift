import Synchronization

/// A clock that shows times written down beforehand, and at the end stands still.
final class Clock: Sendable {
  private let times: Mutex<[Int64]>

  init(_ times: [Int64]) { self.times = Mutex(times) }

  func next() -> Int64 {
    times.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
  }
}

/// A number that may be counted up from anywhere.
final class Counter: Sendable {
  private let count = Mutex(0)

  var value: Int { count.withLock(\.self) }

  func increment() { count.withLock { $0 += 1 } }
}

/// What was heard from other threads, in its order.
final class Notes<Note: Sendable>: Sendable {
  private let notes = Mutex<[Note]>([])

  var all: [Note] { notes.withLock(\.self) }

  func add(_ note: Note) { notes.withLock { $0.append(note) } }
}
