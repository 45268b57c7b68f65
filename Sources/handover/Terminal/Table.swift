/// Rows in columns that fit the terminal.
struct Table {
  private let titles: [String]
  /// The column that gives way when the terminal is narrow.
  private let flexible: Int
  private let rightAligned: Set<Int>
  private var rows: [[String]] = []

  /// Begins a table.
  ///
  /// - Parameters:
  ///   - titles: The columns.
  ///   - flexible: The column that is cut when the terminal is narrow.
  ///   - rightAligned: The columns of numbers.
  init(_ titles: [String], flexible: Int, rightAligned: Set<Int> = []) {
    self.titles = titles
    self.flexible = flexible
    self.rightAligned = rightAligned
  }

  mutating func add(_ cells: [String]) {
    precondition(cells.count == titles.count, "A row has a cell for each column")
    rows.append(cells.map { Terminal.harmless($0) })
  }

  /// Prints the table; headings in bold on a terminal.
  func print() {
    let widths = widths()
    Terminal.print(bare: Terminal.bold(line(titles, widths)))
    for row in rows { Terminal.print(line(row, widths)) }
  }

  private func widths() -> [Int] {
    var widths = titles.indices.map { column in
      ([titles] + rows).map { $0[column].columns }.max() ?? 0
    }
    guard let width = Terminal.width else { return widths }
    let total = widths.reduce(0, +) + 2 * (widths.count - 1)
    widths[flexible] = max(8, widths[flexible] - max(0, total - width))
    return widths
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    let padded = cells.indices.map { column in
      let cell = cells[column].cut(to: widths[column])
      let space = String(repeating: " ", count: widths[column] - cell.columns)
      return rightAligned.contains(column) ? space + cell : cell + space
    }
    let line = padded.joined(separator: "  ")
    return String(line.reversed().drop { $0 == " " }.reversed())
  }
}

extension String {
  /// How many columns the text takes on a terminal.
  var columns: Int { reduce(0) { $0 + $1.columns } }

  /// The text cut to some columns, with an ellipsis if something is missing.
  func cut(to width: Int) -> String {
    guard columns > width else { return self }
    var result = ""
    var used = 0
    for character in self {
      guard used + character.columns < width else { break }
      result.append(character)
      used += character.columns
    }
    return result + "…"
  }
}

extension Character {
  /// Two for wide characters and emoji, one for others (Unicode Standard Annex 11, in the main).
  fileprivate var columns: Int {
    guard let first = unicodeScalars.first else { return 0 }
    let value = first.value
    let isWide =
      (0x1100...0x115F).contains(value) || (0x2E80...0xA4CF).contains(value)
      || (0xAC00...0xD7A3).contains(value) || (0xF900...0xFAFF).contains(value)
      || (0xFE30...0xFE6F).contains(value) || (0xFF00...0xFF60).contains(value)
      || (0x1F300...0x1FAFF).contains(value) || (0x20000...0x3FFFD).contains(value)
    return isWide || first.properties.isEmojiPresentation ? 2 : 1
  }
}
