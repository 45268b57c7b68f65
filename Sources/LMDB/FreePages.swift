/// The pages that the newest commit of a data file does not use.
///
/// A process can die, or the disk be full, after a commit and before the file got the pages at its
/// end that were never written. Such a file is whole, and shorter than its last commit says; this
/// tells it from one that lost its end.
struct FreePages: ~Copyable {
  private let file: PageFile
  private var numbers: Set<UInt64> = []

  /// The most levels of a tree; the library has the same limit.
  private static let depthLimit = 32

  /// Whether all pages of a range are free; `false` if that cannot be read.
  static func contain(_ pages: Range<UInt64>, in folder: String, pageSize: Int) -> Bool {
    guard let file = PageFile.open(in: folder, pageSize: pageSize), let meta = file.meta() else {
      return false
    }
    var free = FreePages(file)
    guard free.gather(from: meta.free.root, depth: 0) else { return false }
    return pages.allSatisfy(free.numbers.contains)
  }

  private init(_ file: consuming PageFile) { self.file = file }

  /// Takes in the lists below a page; `false` if something is not there or not what it should be.
  private mutating func gather(from number: UInt64?, depth: Int) -> Bool {
    guard let number else { return true }
    guard depth < Self.depthLimit, let page = file.page(number), let nodes = page.nodes else {
      return false
    }
    for node in nodes {
      let isRead =
        switch page.kind {
        case .branch: gather(from: page.child(at: node), depth: depth + 1)
        case .leaf: takeList(page, at: node)
        case .long, nil: false
        }
      guard isRead else { return false }
    }
    return true
  }

  /// Takes in the list of a leaf's node: a count, and as many numbers.
  private mutating func takeList(_ page: Page, at node: Int) -> Bool {
    guard let entry = page.entry(at: node), let list = file.list(entry, of: page) else {
      return false
    }
    numbers.formUnion(list)
    return true
  }
}
