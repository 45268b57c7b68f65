import ConversationLedger
import Conversations

/// A time as the page shows it, in UTC; a script adds the reader's own zone.
struct Stamp: Hashable, Sendable {
  /// For programs.
  let iso: String
  /// To the second.
  let full: String
  /// To the minute, without the day.
  let clock: String
  /// How long ago, in few letters.
  let ago: String

  /// Reads a time of the ledger's shapes.
  ///
  /// - Parameters:
  ///   - text: The time, as RFC 3339 writes it.
  ///   - now: The present, for `ago`.
  init(_ text: String, now: Timestamp) {
    iso = text
    full = text.prefix(19).replacing("T", with: " ") + " UTC"
    clock = String(text.dropFirst(11).prefix(5))
    ago = Timestamp(text: text).map { Self.ago($0, now) } ?? full
  }

  /// The words are those of `times.js`, which keeps them true.
  private static func ago(_ time: Timestamp, _ now: Timestamp) -> String {
    let seconds = max(0, (now.microseconds - time.microseconds) / 1_000_000)
    switch seconds {
    case ..<10: return "now"
    case ..<60: return "\(seconds) s"
    case ..<3_600: return "\(seconds / 60) min"
    case ..<86_400: return "\(seconds / 3_600) h"
    case ..<(14 * 86_400): return "\(seconds / 86_400) d"
    default: return String(time.text.prefix(10))
    }
  }

  /// The day of a time, for people: `Sunday, 22 November 2026`.
  static func day(_ text: String) -> String {
    let date = text.prefix(10)
    let parts = date.split(separator: "-").compactMap { Int($0) }
    guard parts.count == 3, months.indices.contains(parts[1] - 1),
      let time = Timestamp(text: String(date))
    else { return String(date) }
    let days = time.microseconds / 86_400_000_000
    // The first of January 1970 was a Thursday.
    let weekday = weekdays[Int(((days + 3) % 7 + 7) % 7)]
    return "\(weekday), \(parts[2]) \(months[parts[1] - 1]) \(parts[0])"
  }

  private static let weekdays = [
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
  ]
  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
}

/// A number of things in words.
func counted(_ number: Int, _ one: String, _ many: String) -> String {
  number == 1 ? "1 \(one)" : "\(number) \(many)"
}
