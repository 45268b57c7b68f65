/// Rows in columns that fit the terminal.
///
/// A column is as wide as its widest cell, so one cell without a bound would pad all rows. Cells
/// are cut therefore, on a terminal or not; `--json` has everything.
struct Table {
  /// The most columns of a cell, but the last one of its row, which pads nothing: a UUID and what
  /// stands beside it fit.
  private static let cellWidth = 60
  /// The most columns of the last cell of a row, if no terminal cuts it.
  private static let lastCellWidth = 400

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
    rows.append(
      cells.enumerated().map { column, cell in
        let isLast = column == titles.count - 1
        // Cut before it is looked at as well, because a cell may be a megabyte.
        let width = isLast ? Self.lastCellWidth : Self.cellWidth
        return Terminal.harmless(cell.cut(to: width)).cut(to: width)
      }
    )
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

  /// The most bytes of a column: a character as people see it may have any number of them.
  private static let bytesOfColumn = 32

  /// The text cut to some columns, with an ellipsis if something is missing.
  ///
  /// No more of it is looked at than fits.
  func cut(to width: Int) -> String {
    var (result, used) = ("", 0)
    // What fits before an ellipsis, should there be more than fits at all.
    var fitting = result
    for character in self {
      used += character.columns
      let bytes = result.utf8.count + character.utf8.count
      let isTooLong = used > width || bytes > width * Self.bytesOfColumn
      guard !isTooLong else { return fitting + "…" }
      result.append(character)
      if used < width { fitting = result }
    }
    return result
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
