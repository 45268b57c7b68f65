/// Holds what a data file says of its pages against each other, before anything is written to it.
///
/// A page that is said to be free and is not will be written over, and one that is beyond the file
/// makes the file as long as the number says. Neither can be taken back, and the library looks at
/// neither. So: every page of a tree bears its own number and kind, is within the file, and is used
/// once; every page that is said to be free is within the file, said so once, and not used.
struct PageCheck: ~Copyable {
  /// How much is read.
  enum Extent: Sendable {
    /// Whatever a writer may touch: all branches, the leaves of tables, and of a table that only
    /// grows at its end the last leaf. The others are known from the branches above them.
    case opening(growing: [String: KeyOfValue])
    /// All pages of all trees.
    case everything
  }

  /// Says under which key a long value lies, by the bytes it begins with; `nil` if under none.
  typealias KeyOfValue = Environment.KeyOfValue

  /// The most levels of a tree; the library has the same limit.
  private static let depthLimit = 32

  let file: PageFile
  let lastPage: UInt64
  private let path: String
  private(set) var used: PageSet
  /// The pages said to be free, rising.
  private(set) var free: [UInt64] = []
  private var tables: [(name: String, tree: PageTree)] = []

  /// Checks a file as its newest commit left it.
  ///
  /// - Parameters:
  ///   - file: The file.
  ///   - path: What it is called.
  ///   - limit: The pages that the map can hold.
  ///   - extent: How much is read.
  /// - Throws: `StorageError` `.corrupted` that names the page.
  static func run(
    _ file: consuming PageFile,
    at path: String,
    limit: UInt64,
    _ extent: Extent,
  ) throws(StorageError) {
    guard let meta = file.meta() else {
      throw StorageError(.corrupted, during: "check \(path): no meta page")
    }
    guard meta.lastPage > 0, meta.lastPage < limit else {
      throw StorageError(.corrupted, during: "check \(path): \(meta.lastPage) is no last page")
    }
    var check = PageCheck(file, meta.lastPage, path)
    try check.all(meta, extent)
  }

  private init(_ file: consuming PageFile, _ lastPage: UInt64, _ path: String) {
    self.file = file
    self.lastPage = lastPage
    self.path = path
    used = PageSet(of: lastPage + 1)
  }

  private mutating func all(_ meta: Meta, _ extent: Extent) throws(StorageError) {
    var lists: [UInt64] = []
    try walk(meta.free, named: "free", .all) { check, page, entry throws(StorageError) in
      guard let list = check.file.list(entry, of: page) else {
        throw check.damage(page.ownNumber, "holds a list of free pages that cannot be read")
      }
      lists += list
    }
    try walk(meta.main, named: "main", .all) { check, page, entry throws(StorageError) in
      guard entry.isTable, entry.length == PageTree.length else { return }
      let name = String(decoding: entry.key, as: UTF8.self)
      check.tables.append((name, PageTree(page, at: entry.start)))
    }
    let tables = tables
    for (name, tree) in tables {
      try walk(tree, named: name, extent.isGrowing(name) ? .last : .all)
    }
    try takeFree(lists)
    guard case .opening(let growing) = extent else { return }
    for (name, tree) in tables where tree.longPages > 0 {
      guard let keyOf = growing[name] else { continue }
      try requireNoLongValue(of: tree, in: free, keyOf)
    }
  }

  private mutating func takeFree(_ lists: [UInt64]) throws(StorageError) {
    free = lists.sorted()
    var last: UInt64 = 1
    for page in free {
      guard page > last else {
        throw damage(page, page < 2 ? "is a meta page and said to be free" : "is free twice")
      }
      guard page <= lastPage else { throw damage(page, "is said to be free and beyond the file") }
      guard !used.contains(page) else { throw damage(page, "is said to be free and is in use") }
      last = page
    }
  }

  func damage(_ page: UInt64, _ reason: String) -> StorageError {
    StorageError(.corrupted, during: "check \(path): page \(page) \(reason)")
  }
}

extension PageCheck {
  /// Which leaves of a tree are read.
  enum Leaves {
    case all, last
  }

  typealias EntryBody = (inout PageCheck, Page, Page.Entry) throws(StorageError) -> Void

  private mutating func walk(
    _ tree: PageTree,
    named name: String,
    _ leaves: Leaves,
    _ body: EntryBody = { _, _, _ in },
  ) throws(StorageError) {
    guard let root = tree.root else { return }
    guard (1...Self.depthLimit).contains(tree.depth) else {
      throw damage(root, "is the root of “\(name)”, which cannot have \(tree.depth) levels")
    }
    var count = (branches: UInt64(0), leaves: UInt64(0))
    try visit(root, tree.depth, isLast: true, leaves, &count, body)
    guard count.branches == tree.branches, count.leaves == tree.leaves else {
      throw damage(root, "is the root of “\(name)”, which has fewer or more pages than it says")
    }
  }

  /// Looks at a page and those below it.
  private mutating func visit(
    _ number: UInt64,
    _ level: Int,
    isLast: Bool,
    _ leaves: Leaves,
    _ count: inout (branches: UInt64, leaves: UInt64),
    _ body: EntryBody,
  ) throws(StorageError) {
    try use(number)
    if level == 1 {
      count.leaves += 1
      guard leaves == .all || isLast else { return }
      let page = try page(number, .leaf)
      for node in page.nodes ?? [] {
        guard let entry = page.entry(at: node) else {
          throw damage(number, "has an entry that is not within it")
        }
        if entry.isLong { try useLong(entry, of: page) }
        try body(&self, page, entry)
      }
      return
    }
    count.branches += 1
    let page = try page(number, .branch)
    let nodes = page.nodes ?? []
    for (index, node) in nodes.enumerated() {
      let isLast = isLast && index == nodes.count - 1
      try visit(page.child(at: node), level - 1, isLast: isLast, leaves, &count, body)
    }
  }

  /// A page that says of itself what the one above says of it.
  private func page(_ number: UInt64, _ kind: Page.Kind) throws(StorageError) -> Page {
    guard let page = file.page(number) else { throw damage(number, "is not in the file") }
    guard page.ownNumber == number, page.kind == kind, page.nodes != nil else {
      throw damage(number, "is no \(kind) of its number")
    }
    return page
  }

  private mutating func use(_ page: UInt64) throws(StorageError) {
    guard (2...lastPage).contains(page) else { throw damage(page, "is named and not in the file") }
    guard used.insert(page) else { throw damage(page, "is used twice") }
  }

  /// Takes in the pages of a long value.
  private mutating func useLong(_ entry: Page.Entry, of page: Page) throws(StorageError) {
    let first = page.number(at: entry.start)
    let count = entry.pageCount(file.pageSize)
    guard first <= lastPage, let head = file.bytes(ofPage: first, count: Page.headLength) else {
      throw damage(first, "is named and not in the file")
    }
    let found = Page(bytes: head)
    guard found.ownNumber == first, found.kind == .long, found.longCount >= count else {
      throw damage(first, "is not the first of the \(count) pages of a value")
    }
    for page in first..<(first + found.longCount) { try use(page) }
  }
}

extension PageCheck.Extent {
  /// Whether only the last leaf of a table is read.
  fileprivate func isGrowing(_ table: String) -> Bool {
    if case .opening(let growing) = self { growing[table] != nil } else { false }
  }
}
