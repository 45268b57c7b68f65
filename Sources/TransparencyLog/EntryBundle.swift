/// Up to 256 entries of a log, one behind the other: c2sp.org/tlog-tiles, "Log entries".
///
/// Each stands behind its length in two bytes, the highest first.
package enum EntryBundle {
  /// The most bytes of an entry: what two bytes can count.
  package static let entryByteCountLimit = Int(UInt16.max)

  /// Writes entries.
  ///
  /// - Throws: `FormatError` if one is too long.
  package static func encode(_ entries: [[UInt8]]) throws(FormatError) -> [UInt8] {
    var bytes: [UInt8] = []
    for entry in entries {
      guard entry.count <= entryByteCountLimit else {
        throw FormatError(
          "entry bundle",
          expected: "entries of at most \(entryByteCountLimit) bytes, found \(entry.count)",
        )
      }
      bytes += [UInt8(entry.count >> 8), UInt8(entry.count & 0xFF)]
      bytes += entry
    }
    return bytes
  }

  /// Reads entries.
  ///
  /// - Parameters:
  ///   - bytes: The bundle.
  ///   - count: How many entries it must have.
  /// - Returns: The entries.
  /// - Throws: `FormatError` if it has another number of entries, or bytes that belong to none.
  package static func decode(_ bytes: [UInt8], count: Int) throws(FormatError) -> [[UInt8]] {
    var entries: [[UInt8]] = []
    var rest = bytes[...]
    while rest.count >= 2 {
      let length = Int(rest.removeFirst()) << 8 | Int(rest.removeFirst())
      guard rest.count >= length else { break }
      entries.append(Array(rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
    guard rest.isEmpty, entries.count == count else {
      throw FormatError("entry bundle", expected: "\(count) entries and nothing else")
    }
    return entries
  }
}
