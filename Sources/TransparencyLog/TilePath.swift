/// The place of a tile or of a bundle of entries: c2sp.org/tlog-tiles.
///
///     tile/0/x001/x234/067        hashes of level 0, tile 1234067
///     tile/1/000.p/17             the first 17 hashes of level 1
///     tile/entries/000            the first 256 entries
package struct TilePath: Hashable, Sendable {
  /// The most hashes of a tile, and entries of a bundle.
  package static let fullWidth = 256
  /// How many levels of the tree a tile stands over.
  package static let height = 8

  /// What lies there.
  package enum Content: Hashable, Sendable {
    /// Hashes of the tree; level 0 are those of the leaves, each level above stands 8 higher.
    case hashes(level: Int)
    /// The entries themselves.
    case entries
  }

  /// What lies there.
  package let content: Content
  /// Which tile of its level, counted from 0.
  package let index: UInt64
  /// How many hashes or entries it has: 1 to 256; fewer than 256 make a partial tile.
  package let width: Int

  package init(_ content: Content, index: UInt64, width: Int = fullWidth) {
    precondition(1...Self.fullWidth ~= width, "A tile has 1 to 256 hashes")
    self.content = content
    self.index = index
    self.width = width
  }

  /// The level of the hashes, or of the leaves that the entries have.
  package var level: Int {
    switch content {
    case .hashes(let level): level
    case .entries: 0
    }
  }

  /// The path below the log's prefix.
  package var text: String {
    let content = content == .entries ? "entries" : "\(level)"
    let partial = width == Self.fullWidth ? "" : ".p/\(width)"
    return "tile/\(content)/\(Self.digitGroups(index))\(partial)"
  }

  /// An index in groups of three digits, all but the last behind an x.
  private static func digitGroups(_ index: UInt64) -> String {
    var groups = [grouped(index % 1_000)]
    var rest = index / 1_000
    while rest > 0 {
      groups.append("x" + grouped(rest % 1_000))
      rest /= 1_000
    }
    return groups.reversed().joined(separator: "/")
  }

  private static func grouped(_ number: UInt64) -> String {
    let digits = "\(number)"
    return String(repeating: "0", count: 3 - digits.count) + digits
  }
}

extension TilePath {
  /// Reads a path; `nil` unless it is exactly what ``text`` writes.
  package init?(parsing text: String) {
    var parts = text.split(separator: "/", omittingEmptySubsequences: false)[...]
    guard parts.count >= 3, parts.removeFirst() == "tile", let content = parts.popFirst() else {
      return nil
    }
    var width = Self.fullWidth
    if parts.count > 1, parts[parts.endIndex - 2].hasSuffix(".p") {
      guard let partial = UInt64(decimalDigits: parts.removeLast().utf8), partial < 256,
        partial > 0, let group = parts.popLast()
      else { return nil }
      width = Int(partial)
      parts.append(group.dropLast(2))
    }
    guard let content = Content(content), let index = Self.index(of: parts) else { return nil }
    self.init(content, index: index, width: width)
    guard Array(self.text.utf8) == Array(text.utf8) else { return nil }
  }

  /// The index that groups of digits stand for; what else is wrong shows when it is written again.
  private static func index(of groups: ArraySlice<Substring>) -> UInt64? {
    var index: UInt64 = 0
    for group in groups {
      let digits = group.hasPrefix("x") ? group.dropFirst() : group
      guard digits.utf8.count == 3, let number = UInt64(digits) else { return nil }
      let (product, isTooLarge) = index.multipliedReportingOverflow(by: 1_000)
      let (sum, isTooLargeNow) = product.addingReportingOverflow(number)
      guard !isTooLarge, !isTooLargeNow else { return nil }
      index = sum
    }
    return index
  }
}

extension TilePath.Content {
  /// Reads the part of a path behind `tile/`: `entries`, or a level from 0 to 63.
  fileprivate init?(_ text: Substring) {
    if text == "entries" {
      self = .entries
    } else if let level = UInt64(decimalDigits: text.utf8), level < 64 {
      self = .hashes(level: Int(level))
    } else {
      return nil
    }
  }
}
