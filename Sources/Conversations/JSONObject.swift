/// Names and values, as variables and the objects of cards have them; the order carries nothing.
///
/// Names are told apart by their bytes: two that look the same, because Unicode writes one
/// character in two ways, are two. `String` and so `Dictionary` would take them for one.
public struct JSONObject: Sendable {
  /// A name and its value.
  public typealias Element = (name: String, value: JSONValue)

  /// In the order of the names' bytes, so that equal objects have equal bytes.
  private var members: [Element] = []

  /// An object without members.
  public init() {}

  /// Gathers members; a name that comes again overwrites (R4).
  public init(_ pairs: some Sequence<(String, JSONValue)>) { self.init(Array(pairs)) }

  /// How many members are put in their places one by one; more are sorted.
  private static let fewMembers = 16

  /// Gathers members; a name that comes again overwrites (R4).
  public init(_ pairs: [(String, JSONValue)]) {
    guard pairs.count > Self.fewMembers else {
      members.reserveCapacity(pairs.count)
      for (name, value) in pairs { self[name] = value }
      return
    }
    // The order of equal names is kept by their places, because `sort` promises nothing of it.
    let sorted = pairs.enumerated().sorted { left, right in
      if left.element.0.utf8.lexicographicallyPrecedes(right.element.0.utf8) { return true }
      if !left.element.0.hasBytes(of: right.element.0) { return false }
      return left.offset < right.offset
    }
    members.reserveCapacity(sorted.count)
    for (_, pair) in sorted {
      if let last = members.last, last.name.hasBytes(of: pair.0) { members.removeLast() }
      members.append((pair.0, pair.1))
    }
  }

  /// The value of a name; setting `nil` takes the name away.
  public subscript(name: String) -> JSONValue? {
    get {
      let index = place(of: name)
      return isFound(name, at: index) ? members[index].value : nil
    }
    set {
      let index = place(of: name)
      let isFound = isFound(name, at: index)
      switch newValue {
      case let value? where isFound: members[index].value = value
      case let value?: members.insert((name, value), at: index)
      case nil where isFound: members.remove(at: index)
      case nil: break
      }
    }
  }

  private func isFound(_ name: String, at index: Int) -> Bool {
    index < members.endIndex && members[index].name.hasBytes(of: name)
  }

  /// The first place whose name is not before a name.
  private func place(of name: String) -> Int {
    var (low, high) = (members.startIndex, members.endIndex)
    while low < high {
      let middle = (low + high) / 2
      if members[middle].name.utf8.lexicographicallyPrecedes(name.utf8) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }
}

extension JSONObject: RandomAccessCollection {
  /// The first place.
  public var startIndex: Int { members.startIndex }
  /// The place behind the last one.
  public var endIndex: Int { members.endIndex }
  /// The member at a place.
  public subscript(index: Int) -> Element { members[index] }
}

extension JSONObject: Hashable {
  /// Compares names by their bytes.
  public static func == (left: Self, right: Self) -> Bool {
    left.elementsEqual(right) { $0.name.hasBytes(of: $1.name) && $0.value == $1.value }
  }

  /// Hashes the members in their order.
  public func hash(into hasher: inout Hasher) {
    for member in members {
      hasher.combine(member.name)
      hasher.combine(member.value)
    }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// Gathers members; a name that comes again overwrites.
  public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}

extension JSONObject: Codable {
  /// A name as the coders want it.
  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// Reads the members; of names that look the same Foundation's decoder keeps one.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Name.self)
    self.init(
      try container.allKeys.map {
        ($0.stringValue, try container.decode(JSONValue.self, forKey: $0))
      }
    )
  }

  /// Writes the members.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Name.self)
    for member in members {
      try container.encode(member.value, forKey: Name(stringValue: member.name))
    }
  }
}

extension String {
  /// Whether another text has the same bytes; characters that are equal may have others.
  package func hasBytes(of other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}

extension Optional<String> {
  /// Whether another text has the same bytes, or both are none.
  package func hasBytes(of other: String?) -> Bool {
    guard let self, let other else { return self == nil && other == nil }
    return self.hasBytes(of: other)
  }
}
