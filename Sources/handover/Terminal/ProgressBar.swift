import Foundation
import Synchronization

/// A bar with rate and time left on standard error, when that is a terminal.
final class ProgressBar: Sendable {
  private let title: String
  private let started = ContinuousClock.now
  private let lastShown = Mutex<ContinuousClock.Instant?>(nil)

  init(_ title: String) { self.title = title }

  /// Shows how far the work has come; at most ten times a second.
  func show(_ done: UInt64, of total: UInt64) {
    guard Terminal.showsProgress, total > 0, isDue || done >= total else { return }
    let share = Double(done) / Double(total)
    let filled = Int(share * 30)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
    let (rate, left) = estimate(done, total)
    let percent = Int(share * 100)
    write("\(title) \(bar) \(percent) %  \(rate)/s  \(left) left")
    if done >= total { end() }
  }

  /// Shows a count of work whose end is not known.
  func show(_ done: UInt64, _ unit: String) {
    guard Terminal.showsProgress, isDue else { return }
    write("\(title)  \(done) \(unit)  \(estimate(done, done).rate)/s")
  }

  /// Clears the line.
  func end() {
    guard Terminal.showsProgress, lastShown.withLock({ $0 != nil }) else { return }
    write("")
  }

  private var isDue: Bool {
    lastShown.withLock { last in
      let now = ContinuousClock.now
      if let shown = last, now - shown < .milliseconds(100) { return false }
      last = now
      return true
    }
  }

  private func estimate(_ done: UInt64, _ total: UInt64) -> (rate: Int, left: String) {
    let seconds = max((ContinuousClock.now - started) / .seconds(1), 0.001)
    let rate = Double(done) / seconds
    let left = rate > 0 ? Int(Double(total - done) / rate) : 0
    return (Int(rate), left >= 60 ? "\(left / 60) min" : "\(left) s")
  }

  private func write(_ line: String) {
    FileHandle.standardError.write(Data("\r\u{1B}[K\(line)".utf8))
  }
}
