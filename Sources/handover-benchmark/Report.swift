import Foundation

/// The rows as a table for people and as a file for scripts.
struct Report: Codable {
  /// When it was made.
  var date: String
  /// The machine: processors, kernel, file system.
  var machine: String
  /// What was asked for.
  var settings: [String: Int]
  /// The rows.
  var rows: [Row] = []

  /// Adds a row and prints it at once.
  mutating func add(
    _ name: String,
    _ value: Double,
    _ unit: String,
    ratio: Double? = nil,
    to against: String? = nil,
    bar: String? = nil,
    reached: Bool? = nil,
  ) {
    let row = Row(
      name: name,
      value: value,
      unit: unit,
      ratio: ratio,
      against: against,
      bar: bar,
      reached: reached,
    )
    rows.append(row)
    FileHandle.standardError.write(Data((row.line + "\n").utf8))
  }

  /// The table in Markdown.
  var markdown: String {
    let head = "| what | value | ratio | bar | |\n|---|---:|---:|---|---|\n"
    return head
      + rows.map { row in
        let ratio = row.ratio.map { "\(rounded($0)) × \(row.against ?? "")" } ?? ""
        let mark = row.reached.map { $0 ? "reached" : "**missed**" } ?? ""
        return "| \(row.name) | \(rounded(row.value)) \(row.unit) | \(ratio) | \(row.bar ?? "") "
          + "| \(mark) |\n"
      }
      .joined()
  }
}

extension Row {
  fileprivate var line: String {
    let ratio = ratio.map { "  \(rounded($0)) × \(against ?? "")" } ?? ""
    let bar = bar.map { "  [\($0): \(reached == false ? "MISSED" : "reached")]" } ?? ""
    return "\(name): \(rounded(value)) \(unit)\(ratio)\(bar)"
  }
}

/// A number with as many digits as mean something.
func rounded(_ value: Double) -> String {
  switch abs(value) {
  case 100...: "\(Int(value.rounded()))"
  case 10...: String(Int((value * 10).rounded()) / 10) + "." + "\(Int((value * 10).rounded()) % 10)"
  default: String((value * 100).rounded() / 100)
  }
}
