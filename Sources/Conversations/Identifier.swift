/// A universally unique identifier (RFC 9562) of one kind of thing.
///
/// `Subject` keeps the identifiers of bots, visitors and conversations apart at compile time; it
/// is never made.
public struct Identifier<Subject>: Hashable, Sendable {
  /// The first eight bytes, as a big-endian number.
  public let high: UInt64
  /// The last eight bytes, as a big-endian number.
  public let low: UInt64

  /// Joins two halves.
  public init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }
}

/// A bot of the network.
public typealias BotID = Identifier<Bot>
/// An account that owns bots.
public typealias OwnerID = Identifier<Owner>
/// A bot put on a channel; stays the same for a whole conversation (R3).
public typealias DeploymentID = Identifier<Deployment>
/// A conversation.
public typealias ConversationID = Identifier<Conversation>
/// The person who writes.
public typealias VisitorID = Identifier<Visitor>
/// The person who helps.
public typealias AgentID = Identifier<Agent>

/// The person who writes; only its identifier is a fact of the log, the rest is sealed.
public enum Visitor {}
/// The person who helps; only its identifier is a fact of the log, the rest is sealed.
public enum Agent {}
/// An account that owns bots.
public enum Owner {}

extension Identifier {
  /// All sixteen bytes as one big-endian number.
  public var value: UInt128 { UInt128(high) << 64 | UInt128(low) }

  /// Takes all sixteen bytes as one big-endian number.
  public init(_ value: UInt128) {
    self.init(high: UInt64(value >> 64), low: UInt64(truncatingIfNeeded: value))
  }
}

extension Identifier: Comparable {
  /// Orders identifiers by their bytes.
  public static func < (left: Self, right: Self) -> Bool {
    (left.high, left.low) < (right.high, right.low)
  }
}

extension Identifier: CustomStringConvertible, LosslessStringConvertible {
  /// The form of RFC 9562: five groups of lower-case hexadecimal digits.
  public var description: String {
    var text: [UInt8] = []
    text.reserveCapacity(36)
    for index in 0..<32 {
      if index == 8 || index == 12 || index == 16 || index == 20 {
        text.append(UInt8(ascii: "-"))
      }
      let half = index < 16 ? high : low
      let digit = UInt8(truncatingIfNeeded: half >> UInt64(60 - 4 * (index % 16))) & 15
      text.append(digit < 10 ? digit + UInt8(ascii: "0") : digit - 10 + UInt8(ascii: "a"))
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Reads the form of RFC 9562 in either case; anything else is `nil`.
  ///
  /// So is the identifier of zeros, which stands for none in stored records.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    let hyphen = UInt8(ascii: "-")
    guard bytes.count == 36, [8, 13, 18, 23].allSatisfy({ bytes[$0] == hyphen }) else {
      return nil
    }
    var halves: [UInt64] = [0, 0]
    var count = 0
    for (index, byte) in bytes.enumerated() where ![8, 13, 18, 23].contains(index) {
      guard let digit = hexadecimalDigit(byte) else { return nil }
      halves[count / 16] = halves[count / 16] << 4 | UInt64(digit)
      count += 1
    }
    guard halves != [0, 0] else { return nil }
    self.init(high: halves[0], low: halves[1])
  }
}

/// The value of a hexadecimal digit in ASCII.
private func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
  switch byte {
  case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
  case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
  case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
  default: nil
  }
}

/// The number of a module inside its bot; positive.
public struct ModuleID: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The number; at least 1.
  public let number: UInt32

  /// Takes a positive number; zero is `nil`.
  public init?(_ number: UInt32) {
    guard number > 0 else { return nil }
    self.number = number
  }

  /// The number in decimal digits.
  public var description: String { "\(number)" }

  /// Orders modules by number.
  public static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// A moment: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
public struct Timestamp: Hashable, Sendable, Comparable {
  /// Microseconds since the epoch; negative before it.
  public let microseconds: Int64

  /// Takes microseconds since the epoch.
  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// Orders moments.
  public static func < (left: Self, right: Self) -> Bool {
    left.microseconds < right.microseconds
  }
}
