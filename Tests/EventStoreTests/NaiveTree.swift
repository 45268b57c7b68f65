import EventStore
import TransparencyLog

/// `MTH` as RFC 6962, section 2.1, defines it: by recursion, from all the leaves.
func naiveRoot(of leaves: ArraySlice<TreeHash>) -> TreeHash {
  guard leaves.count > 1 else { return leaves.first ?? TreeHasher.emptyRoot }
  var half = 1
  while 2 * half < leaves.count { half *= 2 }
  let middle = leaves.startIndex + half
  return TreeHasher.nodeHash(naiveRoot(of: leaves[..<middle]), naiveRoot(of: leaves[middle...]))
}

extension Store {
  /// The leaves of all records, hashed from their bytes.
  func leaves() throws -> [TreeHash] {
    var leaves: [TreeHash] = []
    try log.forEachRecord(from: 1, through: log.head().position) { record in
      leaves.append(TreeHasher.leafHash(of: record.bytes))
    }
    return leaves
  }

  /// Whether the root of the checked tree is the one that the definition gives.
  func hasTrueRoot() throws -> Bool { try log.checkedTree().tree.root == naiveRoot() }

  /// The root over all records.
  func naiveRoot() throws -> TreeHash { EventStoreTests.naiveRoot(of: try leaves()[...]) }
}
