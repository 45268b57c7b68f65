import Glibc

/// The pages that the newest commit of a data file does not use, read without the memory map.
///
/// A process can die, or the disk be full, after a commit and before the file got the pages at its
/// end that were never written. Such a file is whole, and shorter than its last commit says; this
/// tells it from one that lost its end. The layout is that of LMDB 0.9 (`mdb.c`): a tree of pages,
/// whose leaves hold lists of page numbers.
struct FreePages: ~Copyable {
  private let descriptor: CInt
  private let pageSize: Int
  private var numbers: Set<UInt64> = []

  /// The bytes before a page's content, and before a meta page's fields.
  private static let headLength = 16
  /// The most levels of a tree; the library has the same limit.
  private static let depthLimit = 32

  private enum Flag {
    static let branch: UInt16 = 0x01
    static let leaf: UInt16 = 0x02
    /// A node whose value lies on pages of its own.
    static let large: UInt16 = 0x01
  }

  /// Whether all pages from one on are free; `false` if that cannot be read.
  static func contain(_ pages: Range<UInt64>, in folder: String, pageSize: Int) -> Bool {
    let descriptor = unsafe open(DataFile.path(in: folder), O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    var free = FreePages(descriptor, pageSize)
    guard let root = free.root(), free.gather(from: root, depth: 0) else { return false }
    return pages.allSatisfy(free.numbers.contains)
  }

  private init(_ descriptor: CInt, _ pageSize: Int) {
    self.descriptor = descriptor
    self.pageSize = pageSize
  }

  deinit { close(descriptor) }

  /// The root of the tree of free pages, from the newer of the two meta pages.
  private func root() -> UInt64? {
    let metas = (0..<2).compactMap { bytes(at: $0 * pageSize, count: 152) }
    let newest = metas.max { number($0, at: 144) < number($1, at: 144) }
    return newest.map { number($0, at: 80) }
  }

  /// Takes in the lists below a page; `false` if something is not there or not what it should be.
  private mutating func gather(from page: UInt64, depth: Int) -> Bool {
    // The library's mark of an empty tree.
    guard page != .max else { return true }
    guard depth < Self.depthLimit, page < UInt64(Int.max / pageSize),
      let bytes = bytes(at: Int(page) * pageSize, count: pageSize)
    else { return false }
    let (flags, end) = (short(bytes, at: 10), Int(short(bytes, at: 12)))
    guard end >= Self.headLength, end <= pageSize else { return false }
    for place in stride(from: Self.headLength, to: end, by: 2) {
      let node = Int(short(bytes, at: place))
      guard node >= end, node + 8 <= pageSize else { return false }
      let isRead =
        switch flags & (Flag.branch | Flag.leaf) {
        case Flag.branch: gather(from: child(bytes, at: node), depth: depth + 1)
        case Flag.leaf: takeList(bytes, at: node)
        default: false
        }
      guard isRead else { return false }
    }
    return true
  }

  /// The page a node of a branch leads to: six bytes, in the order of the machine's halves.
  private func child(_ page: [UInt8], at node: Int) -> UInt64 {
    UInt64(short(page, at: node)) | UInt64(short(page, at: node + 2)) << 16
      | UInt64(short(page, at: node + 4)) << 32
  }

  /// Takes in the list of a leaf's node: a count, and as many numbers.
  private mutating func takeList(_ page: [UInt8], at node: Int) -> Bool {
    let length = Int(short(page, at: node)) | Int(short(page, at: node + 2)) << 16
    let start = node + 8 + Int(short(page, at: node + 6))
    guard length >= 8, start + 8 <= pageSize else { return false }
    let list: [UInt8]?
    if short(page, at: node + 4) & Flag.large != 0 {
      let first = number(page, at: start)
      guard first < UInt64(Int.max / pageSize) else { return false }
      list = bytes(at: Int(first) * pageSize + Self.headLength, count: length)
    } else {
      list = start + length <= pageSize ? Array(page[start..<(start + length)]) : nil
    }
    guard let list, number(list, at: 0) <= UInt64(length / 8 - 1) else { return false }
    for index in 0..<Int(number(list, at: 0)) { numbers.insert(number(list, at: 8 + index * 8)) }
    return true
  }

  /// Some bytes of the file; `nil` if it does not have them all.
  private func bytes(at offset: Int, count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    let found = unsafe pread(descriptor, &bytes, count, offset)
    return found == count ? bytes : nil
  }

  private func short(_ bytes: [UInt8], at place: Int) -> UInt16 {
    UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8
  }

  private func number(_ bytes: [UInt8], at place: Int) -> UInt64 {
    (0..<8).reduce(0) { $0 | UInt64(bytes[place + $1]) << UInt64($1 * 8) }
  }
}
