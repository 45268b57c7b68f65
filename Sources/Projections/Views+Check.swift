import LMDB
import Synchronization

extension Views {
  /// Reads every row of every table.
  ///
  /// The library answers with an error when it reads a page that it cannot understand; what it
  /// does when it writes to one is not known. So nothing is written to views, and no page of them
  /// is copied, without this. It costs a tenth of a microsecond a row. A page that lost rows has
  /// no wrong one, so the rows are counted too.
  ///
  /// - Throws: `DamagedViews` if anything is not what was written.
  func check() throws {
    try read { transaction in
      var counts: [Int] = []
      for table in tables.all {
        var rows = 0
        try table.walk(in: transaction) { _, _ in
          rows += 1
          return .next
        }
        guard try transaction.count(of: table.table) == rows else {
          throw DamagedViews("a table of the views lacks rows")
        }
        counts.append(rows)
      }
      // Each of these has one row for each conversation.
      let equal = zip(ViewTables.names, counts).filter { name, _ in
        ["heads", "inboxes", "starts", "visits"].contains(name)
      }
      guard Set(equal.map { $0.1 }).count == 1 else {
        throw DamagedViews("a table of the views lacks conversations")
      }
    }
    wereChecked.store(true, ordering: .releasing)
  }

  /// Reads every row, unless that was done since the views were opened.
  ///
  /// Nothing speaks against a row that is not found but that all others are there.
  func checkOnce() throws {
    if !wereChecked.load(ordering: .acquiring) { try check() }
  }
}
