extension PageCheck {
  /// The most pages that are looked back over for the first one of a long value.
  private static let lookBack: UInt64 = 4_096

  /// Refuses a free page that is in use as part of a long value.
  ///
  /// The leaves that name long values are not read at opening, so the question is put the other way
  /// round: a free page that looks like part of a value says under which key that lies, and the
  /// value found there must be another one. What is left of an earlier use looks the same.
  func requireNoLongValue(
    of tree: PageTree,
    in free: [UInt64],
    _ keyOf: KeyOfValue,
  ) throws(StorageError) {
    var before: UInt64 = 1
    for page in free {
      let candidate = page == before + 1 ? first(page) : first(page) ?? firstBefore(page)
      before = page
      guard let candidate,
        let beginning = file.bytes(ofPage: candidate, from: Page.headLength, count: 64),
        let key = keyOf(beginning), longPage(under: key, in: tree) == candidate
      else { continue }
      throw damage(page, "is said to be free and holds a value")
    }
  }

  /// The page itself, if it looks like the first one of a long value.
  private func first(_ page: UInt64) -> UInt64? {
    guard let bytes = file.bytes(ofPage: page, count: Page.headLength) else { return nil }
    let head = Page(bytes: bytes)
    return head.ownNumber == page && head.kind == .long ? page : nil
  }

  /// The first page of the long value that seems to reach to a page from before it.
  private func firstBefore(_ page: UInt64) -> UInt64? {
    var candidate = page - 1
    while candidate > 1, page - candidate <= Self.lookBack, !used.contains(candidate) {
      if let bytes = file.bytes(ofPage: candidate, count: Page.headLength) {
        let head = Page(bytes: bytes)
        if head.ownNumber == candidate, head.kind == .long {
          return head.longCount > page - candidate ? candidate : nil
        }
      }
      candidate -= 1
    }
    return nil
  }

  /// The first page of the long value that lies under a key, found from the top of the tree.
  private func longPage(under key: [UInt8], in tree: PageTree) -> UInt64? {
    var (number, level) = (tree.root, tree.depth)
    while let here = number, level > 0, let page = file.page(here), let nodes = page.nodes {
      // The library's order of keys: by their bytes, the shorter one first.
      let keys = nodes.map { page.key(at: $0) ?? [] }
      if level == 1 {
        guard let index = keys.firstIndex(where: { $0.elementsEqual(key) }),
          let entry = page.entry(at: nodes[index]), entry.isLong
        else { return nil }
        return page.number(at: entry.start)
      }
      // The first node of a branch leads to whatever comes before the second one's key.
      let index = keys.dropFirst().lastIndex { !key[...].lexicographicallyPrecedes($0) } ?? 0
      guard nodes.indices.contains(index) else { return nil }
      (number, level) = (page.child(at: nodes[index]), level - 1)
    }
    return nil
  }
}
