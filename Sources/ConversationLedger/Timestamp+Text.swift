public import Conversations

/// Reading and writing of moments as RFC 3339 writes them, to the microsecond.
///
/// The calendar arithmetic is that of Howard Hinnant's "chrono-Compatible Low-Level Date
/// Algorithms" (days_from_civil, civil_from_days); it is exact for all years.
extension Timestamp {
  private static var dayLength: Int64 { 86_400_000_000 }

  /// The first and the last moment that RFC 3339 can write in UTC: the years 0000 to 9999.
  private static let writable =
    Timestamp(
      microseconds: -62_167_219_200_000_000
    )...Timestamp(
      microseconds: 253_402_300_799_999_999
    )

  /// The moment, or the nearest one that can be written.
  ///
  /// Earlier releases recorded times up to a day outside of the years 0000 to 9999.
  package var nearestWritable: Timestamp {
    min(max(self, Self.writable.lowerBound), Self.writable.upperBound)
  }

  /// The moment in UTC, for example `2026-11-22T15:10:58.123456Z`; the nearest one that RFC 3339
  /// can write.
  public var text: String {
    let microseconds = nearestWritable.microseconds
    let days = microseconds.floorDivided(by: Self.dayLength)
    let rest = microseconds - days * Self.dayLength
    let (year, month, day) = civil(fromDays: days)
    let seconds = rest / 1_000_000
    var text: [UInt8] = []
    text.reserveCapacity(27)
    text.append(year, width: 4, then: "-")
    text.append(month, width: 2, then: "-")
    text.append(day, width: 2, then: "T")
    text.append(seconds / 3_600, width: 2, then: ":")
    text.append(seconds / 60 % 60, width: 2, then: ":")
    text.append(seconds % 60, width: 2, then: ".")
    text.append(rest % 1_000_000, width: 6, then: "Z")
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads a date, or a date and a time with an offset, as RFC 3339 writes them.
  ///
  /// A date alone is its first moment in UTC. Anything else is `nil`, and so is a moment whose year
  /// in UTC is not 0000 to 9999, because it could not be written down again.
  public init?(text: String) {
    let bytes = Array(text.utf8)
    guard let days = Self.days(bytes) else { return nil }
    guard bytes.count > 10 else {
      self.init(microseconds: days * Self.dayLength)
      return
    }
    guard let time = Self.time(bytes[10...]) else { return nil }
    self.init(microseconds: days * Self.dayLength + time)
    guard Self.writable.contains(self) else { return nil }
  }

  /// The days since 1970 of the first ten bytes.
  private static func days(_ bytes: [UInt8]) -> Int64? {
    guard bytes.count >= 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
      let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
      let day = number(bytes[8..<10]), (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    let days = daysFromCivil(year, month, day)
    return civil(fromDays: days) == (year, month, day) ? days : nil
  }

  /// The microseconds since midnight UTC of `Thh:mm:ss[.f…](Z|±hh:mm)`.
  private static func time(_ text: ArraySlice<UInt8>) -> Int64? {
    let bytes = Array(text)
    guard bytes.count >= 10, [UInt8(ascii: "T"), UInt8(ascii: "t"), 32].contains(bytes[0]),
      bytes[3] == UInt8(ascii: ":"), bytes[6] == UInt8(ascii: ":"),
      let hour = number(bytes[1..<3]), let minute = number(bytes[4..<6]),
      let second = number(bytes[7..<9]), hour < 24, minute < 60, second <= 60
    else { return nil }
    var rest = bytes[9...]
    var microseconds: Int64 = 0
    if rest.first == UInt8(ascii: ".") {
      let digits = rest.dropFirst().prefix { (48...57).contains($0) }
      guard !digits.isEmpty else { return nil }
      let six = Array(digits.prefix(6)) + Array(repeating: 48, count: max(0, 6 - digits.count))
      microseconds = number(six[...]) ?? 0
      rest = rest.dropFirst(1 + digits.count)
    }
    guard let offset = offset(Array(rest)) else { return nil }
    return ((hour * 60 + minute - offset) * 60 + second) * 1_000_000 + microseconds
  }

  /// The minutes an offset is ahead of UTC.
  private static func offset(_ bytes: [UInt8]) -> Int64? {
    if bytes == [UInt8(ascii: "Z")] || bytes == [UInt8(ascii: "z")] { return 0 }
    guard bytes.count == 6, bytes[3] == UInt8(ascii: ":"), let hours = number(bytes[1..<3]),
      let minutes = number(bytes[4..<6]), hours < 24, minutes < 60
    else { return nil }
    switch bytes[0] {
    case UInt8(ascii: "+"): return hours * 60 + minutes
    case UInt8(ascii: "-"): return -(hours * 60 + minutes)
    default: return nil
    }
  }

  private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    guard digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int64($1 - 48) }
  }
}

/// The days from 1970-01-01 to a date of the Gregorian calendar.
private func daysFromCivil(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
  let year = month <= 2 ? year - 1 : year
  let era = year.floorDivided(by: 400)
  let yearOfEra = year - era * 400
  let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
  let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

/// The date of the Gregorian calendar some days from 1970-01-01.
private func civil(fromDays days: Int64) -> (Int64, Int64, Int64) {
  let shifted = days + 719_468
  let era = shifted.floorDivided(by: 146_097)
  let dayOfEra = shifted - era * 146_097
  let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
  let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
  let shiftedMonth = (5 * dayOfYear + 2) / 153
  let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
  let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return (year, month, day)
}

extension [UInt8] {
  /// Appends the last digits of a number that is not negative, and a separator.
  fileprivate mutating func append(_ number: Int64, width: Int, then separator: Unicode.Scalar) {
    let start = count
    append(contentsOf: repeatElement(UInt8(ascii: "0"), count: width))
    var rest = number
    for index in (start..<count).reversed() {
      self[index] += UInt8(rest % 10)
      rest /= 10
    }
    append(UInt8(ascii: separator))
  }
}

extension Int64 {
  /// The quotient rounded down.
  fileprivate func floorDivided(by divisor: Int64) -> Int64 {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? quotient - 1 : quotient
  }
}
