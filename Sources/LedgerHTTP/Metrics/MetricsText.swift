import ConversationLedger

/// A page of metrics in the text format of Prometheus
/// (https://prometheus.io/docs/instrumenting/exposition_formats, version 0.0.4).
struct MetricsText: Sendable {
  /// The media type of the page.
  static let mediaType = "text/plain; version=0.0.4; charset=utf-8"
  /// What all names begin with.
  private static let prefix = "handover_"

  /// The page.
  private(set) var text = ""

  /// What a number is.
  enum Kind: String {
    /// It only grows.
    case counter
    /// It goes up and down.
    case gauge
    /// Counts by size.
    case histogram
  }

  /// Adds a number.
  mutating func add(_ kind: Kind, _ name: String, _ help: String, _ value: some BinaryInteger) {
    begin(kind, name, help)
    line(name, "", "\(value)")
  }

  /// Adds numbers told apart by a label, in its order.
  mutating func add(
    _ kind: Kind,
    _ name: String,
    _ help: String,
    by label: String,
    _ values: [String: UInt64],
  ) {
    begin(kind, name, help)
    for (word, value) in values.sorted(by: { $0.key < $1.key }) {
      line(name, "{\(label)=\"\(Self.escaped(word))\"}", "\(value)")
    }
  }

  /// Adds a histogram; its buckets are cumulative on the page.
  mutating func add(_ name: String, _ help: String, _ histogram: Histogram) {
    begin(.histogram, name, help)
    var total: UInt64 = 0
    for (bound, count) in zip(histogram.bounds, histogram.counts) {
      total += count
      line(name + "_bucket", "{le=\"\(Self.number(bound))\"}", "\(total)")
    }
    line(name + "_bucket", "{le=\"+Inf\"}", "\(histogram.count)")
    line(name + "_sum", "", Self.number(histogram.sum))
    line(name + "_count", "", "\(histogram.count)")
  }

  private mutating func begin(_ kind: Kind, _ name: String, _ help: String) {
    text += "# HELP \(Self.prefix)\(name) \(help)\n"
    text += "# TYPE \(Self.prefix)\(name) \(kind.rawValue)\n"
  }

  private mutating func line(_ name: String, _ labels: String, _ value: String) {
    text += "\(Self.prefix)\(name)\(labels) \(value)\n"
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
  }

  /// A label's value: backslash, quotation mark and line break are escaped.
  private static func escaped(_ word: String) -> String {
    word.reduce(into: "") { text, character in
      switch character {
      case "\\": text += #"\\"#
      case "\"": text += #"\""#
      case "\n": text += #"\n"#
      default: text.append(character)
      }
    }
  }
}
