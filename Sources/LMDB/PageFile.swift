import Glibc

/// The pages of a data file, read without the memory map, so that a damaged one ends no process.
///
/// The layout is that of LMDB 0.9 (`mdb.c`): two meta pages, and behind them trees of pages whose
/// leaves hold the entries.
struct PageFile: ~Copyable {
  /// The bytes of a page.
  let pageSize: Int
  private let descriptor: CInt

  private init(_ descriptor: CInt, pageSize: Int) {
    self.descriptor = descriptor
    self.pageSize = pageSize
  }

  /// Opens the file of a folder; `nil` if that cannot be done.
  static func open(in folder: String, pageSize: Int) -> PageFile? {
    guard pageSize >= Page.headLength else { return nil }
    let descriptor = unsafe Glibc.open(DataFile.path(in: folder), O_RDONLY | O_CLOEXEC)
    return descriptor >= 0 ? PageFile(descriptor, pageSize: pageSize) : nil
  }

  /// Reads a file that is open, whatever it is called by now; `nil` if that cannot be done.
  static func open(_ descriptor: CInt, pageSize: Int) -> PageFile? {
    guard pageSize >= Page.headLength else { return nil }
    let own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    return own >= 0 ? PageFile(own, pageSize: pageSize) : nil
  }

  deinit { close(descriptor) }

  /// A page; `nil` if the file does not have it.
  func page(_ number: UInt64) -> Page? {
    bytes(ofPage: number, count: pageSize).map { Page(bytes: $0) }
  }

  /// The first bytes of a page, and of those behind it; `nil` if the file does not have them.
  func bytes(ofPage number: UInt64, from offset: Int = 0, count: Int) -> [UInt8]? {
    guard number < UInt64(Int.max / pageSize - 1) else { return nil }
    var bytes = [UInt8](repeating: 0, count: count)
    let found = unsafe pread(descriptor, &bytes, count, Int(number) * pageSize + offset)
    return found == count ? bytes : nil
  }

  /// The numbers in an entry of the tree of free pages: a count, and as many; `nil` if they are not
  /// there.
  func list(_ entry: Page.Entry, of page: Page) -> [UInt64]? {
    let bytes =
      entry.isLong
      ? longValue(entry, of: page)
      : Array(page.bytes[entry.start..<(entry.start + entry.length)])
    guard let bytes, bytes.count >= 8 else { return nil }
    let list = Page(bytes: bytes)
    guard list.number(at: 0) <= UInt64(bytes.count / 8 - 1) else { return nil }
    return (0..<Int(list.number(at: 0))).map { list.number(at: 8 + $0 * 8) }
  }

  /// The value of an entry that has pages of its own; `nil` if they are not there.
  private func longValue(_ entry: Page.Entry, of page: Page) -> [UInt8]? {
    let first = page.number(at: entry.start)
    guard let head = bytes(ofPage: first, count: Page.headLength),
      Page(bytes: head).longCount >= entry.pageCount(pageSize)
    else { return nil }
    return bytes(ofPage: first, from: Page.headLength, count: entry.length)
  }

  /// What the newer of the two meta pages says.
  func meta() -> Meta? {
    // Somebody may be writing one; what is read twice alike was not in between.
    var (before, now) = ([[UInt8]](), metaPages())
    for _ in 0..<9 where before != now { (before, now) = (now, metaPages()) }
    return now.map { Meta(Page(bytes: $0)) }.max { $0.transaction < $1.transaction }
  }

  private func metaPages() -> [[UInt8]] {
    (UInt64(0)..<2).compactMap { bytes(ofPage: $0, count: Meta.length) }
  }
}

/// What a commit says of the file.
struct Meta {
  /// The bytes that say it.
  static let length = 152

  /// The number of the commit.
  let transaction: UInt64
  /// The last page that was ever used.
  let lastPage: UInt64
  /// The tree of the lists of free pages.
  let free: PageTree
  /// The tree of the main table.
  let main: PageTree

  fileprivate init(_ page: Page) {
    free = PageTree(page, at: 40)
    main = PageTree(page, at: 88)
    lastPage = page.number(at: 136)
    transaction = page.number(at: 144)
  }
}

/// What is said of a tree where it is named.
struct PageTree {
  /// The bytes that say it.
  static let length = 48

  /// How many levels it has.
  let depth: Int
  let branches: UInt64
  let leaves: UInt64
  /// The pages of values that have some of their own.
  let longPages: UInt64
  /// The page at its top; `nil` if it has no entry.
  let root: UInt64?

  init(_ page: Page, at place: Int) {
    depth = Int(page.short(at: place + 6))
    branches = page.number(at: place + 8)
    leaves = page.number(at: place + 16)
    longPages = page.number(at: place + 24)
    let root = page.number(at: place + 40)
    self.root = root == .max ? nil : root
  }
}

/// One page.
struct Page {
  /// The bytes before its content.
  static let headLength = 16

  /// What a page is.
  enum Kind: UInt16 {
    case branch = 1
    case leaf = 2
    /// The first page of a long value.
    case long = 4
  }

  /// An entry of a leaf.
  struct Entry {
    let key: ArraySlice<UInt8>
    /// Where the value begins, or the number of its first page.
    let start: Int
    /// The bytes of the value.
    let length: Int
    /// Whether the value lies on pages of its own.
    let isLong: Bool
    /// Whether the value says where another table is.
    let isTable: Bool

    /// How many pages of its own the value needs, if it has any.
    ///
    /// It can have more: one that is replaced by a shorter one in the transaction that wrote it
    /// keeps its pages.
    func pageCount(_ pageSize: Int) -> UInt64 {
      UInt64((Page.headLength - 1 + length) / pageSize + 1)
    }
  }

  let bytes: [UInt8]

  /// The page that it says it is.
  var ownNumber: UInt64 { number(at: 0) }

  /// What it says it is; `nil` for what no page of a tree is.
  var kind: Kind? { Kind(rawValue: short(at: 10)) }

  /// How many pages a long value has, if it is the first of them.
  var longCount: UInt64 { UInt64(short(at: 12)) | UInt64(short(at: 14)) << 16 }

  /// Where its nodes begin; `nil` if that cannot be.
  var nodes: [Int]? {
    let (lower, upper) = (Int(short(at: 12)), Int(short(at: 14)))
    guard lower >= Self.headLength, lower.isMultiple(of: 2), lower <= upper, upper <= bytes.count
    else { return nil }
    let places = stride(from: Self.headLength, to: lower, by: 2).map { Int(short(at: $0)) }
    return places.allSatisfy { $0 >= upper && $0 + 8 <= bytes.count } ? places : nil
  }

  /// The page a node of a branch leads to: six bytes, in the order of the machine's halves.
  func child(at node: Int) -> UInt64 {
    UInt64(short(at: node)) | UInt64(short(at: node + 2)) << 16
      | UInt64(short(at: node + 4)) << 32
  }

  /// The key of a node; `nil` if it is not within the page.
  func key(at node: Int) -> ArraySlice<UInt8>? {
    let end = node + 8 + Int(short(at: node + 6))
    return end <= bytes.count ? bytes[(node + 8)..<end] : nil
  }

  /// An entry; `nil` if it is not within the page.
  func entry(at node: Int) -> Entry? {
    guard let key = key(at: node) else { return nil }
    let length = Int(short(at: node)) | Int(short(at: node + 2)) << 16
    let flags = short(at: node + 4)
    let entry = Entry(
      key: key,
      start: key.endIndex,
      length: length,
      isLong: flags & 1 != 0,
      isTable: flags & 2 != 0,
    )
    let held = entry.isLong ? 8 : length
    return entry.start + held <= bytes.count ? entry : nil
  }

  func short(at place: Int) -> UInt16 {
    UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8
  }

  func number(at place: Int) -> UInt64 {
    var number: UInt64 = 0
    for index in 0..<8 { number |= UInt64(bytes[place + index]) << UInt64(index * 8) }
    return number
  }
}

/// A set of the pages of a file.
struct PageSet {
  private var words: [UInt64]

  /// None of so many pages.
  init(of count: UInt64) { words = Array(repeating: 0, count: Int(count / 64) + 1) }

  /// Takes a page in; `false` if it is there.
  mutating func insert(_ page: UInt64) -> Bool {
    let (word, bit) = (Int(page / 64), UInt64(1) << (page % 64))
    defer { words[word] |= bit }
    return words[word] & bit == 0
  }

  func contains(_ page: UInt64) -> Bool {
    words[Int(page / 64)] & UInt64(1) << (page % 64) != 0
  }
}
