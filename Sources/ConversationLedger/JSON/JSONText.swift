public import Conversations

/// Values as the text of RFC 8259, every byte of every name kept.
///
/// Foundation's coders go through dictionaries and so keep one of two names that look the same;
/// these keep both.
public enum JSONText {
  /// How a text is laid out.
  public enum Layout: Hashable, Sendable {
    /// On one line, for programs.
    case oneLine
    /// Each member and element on a line of its own, for people.
    case lines
  }

  /// The text of a value, its members in the order of their names' bytes.
  ///
  /// - Parameters:
  ///   - value: The value.
  ///   - layout: One line, or many.
  /// - Returns: The bytes.
  /// - Throws: `EncodingError` if a number is infinite or none.
  public static func bytes(
    of value: some Encodable,
    in layout: Layout = .oneLine,
  ) throws -> [UInt8] {
    let node = JSONNode()
    try node.take(value)
    var bytes: [UInt8] = []
    node.write(to: &bytes, indent: layout == .lines ? 0 : nil)
    return bytes
  }

  /// The value of a text.
  ///
  /// - Throws: `MalformedJSON` if it is none, or nested deeper than 512 levels.
  public static func value(of bytes: some Collection<UInt8>) throws(MalformedJSON) -> JSONValue {
    var reader = JSONReader(Array(bytes))
    return try reader.wholeValue()
  }
}

/// A text that is not JSON.
public struct MalformedJSON: Error, Hashable, Sendable {
  /// The place of the first byte that does not fit, from 0.
  public let offset: Int
  /// What was expected there.
  public let expected: String
}
