import ConversationLedger
import Conversations
import Hummingbird

/// The parameters of an address, taken one by one; what is left over, or there twice, is a mistake.
struct QueryReader {
  private var values: [String: String] = [:]

  init(_ request: Request) throws(Problem) {
    for (name, value) in request.uri.queryParameters {
      guard values.updateValue(String(value), forKey: String(name)) == nil else {
        throw .malformedQuery("the parameter \(name) is there twice")
      }
    }
  }

  /// Takes a parameter as it is.
  mutating func text(_ name: String) -> String? { values.removeValue(forKey: name) }

  /// Takes a parameter by a type of its own.
  private mutating func take<Value>(
    _ name: String,
    _ kind: String,
    _ read: (String) -> Value?,
  ) throws(Problem) -> Value? {
    guard let text = text(name) else { return nil }
    guard let value = read(text) else { throw .malformedQuery("\(name) is \(kind)") }
    return value
  }

  /// Takes a log position or a time.
  mutating func moment(_ name: String) throws(Problem) -> Moment? {
    try take(name, "a log position, or a time like 2026-11-22T15:10:58Z", Moment.init(text:))
  }

  /// Takes a time.
  mutating func time(_ name: String) throws(Problem) -> Timestamp? {
    try take(name, "a date, or a time like 2026-11-22T15:10:58Z", Timestamp.init(text:))
  }

  /// Takes a time; a date alone means all of its day.
  mutating func endOfDay(_ name: String) throws(Problem) -> Timestamp? {
    let isDate = values[name]?.utf8.count == 10
    guard let time = try time(name) else { return nil }
    guard isDate else { return time }
    let (end, isOver) = time.microseconds.addingReportingOverflow(86_400_000_000 - 1)
    return isOver ? time : Timestamp(microseconds: end)
  }

  /// Takes `true` or `false`.
  mutating func flag(_ name: String) throws(Problem) -> Bool {
    try take(name, "true or false", Bool.init) ?? false
  }

  /// Takes a whole number in a range.
  mutating func integer(_ name: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
    try take(name, "\(range.lowerBound) to \(range.upperBound)") { text in
      Int(text).flatMap { range.contains($0) ? $0 : nil }
    }
  }

  /// Takes one of a few words.
  mutating func word<Word: RawRepresentable & CaseIterable>(
    _ name: String
  ) throws(Problem) -> Word? where Word.RawValue == String {
    let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
    return try take(name, "one of \(words)", Word.init(rawValue:))
  }

  /// Refuses parameters nobody took.
  func finish() throws(Problem) {
    guard let name = values.keys.min() else { return }
    throw .malformedQuery("\(name) is not a parameter of this address")
  }
}
