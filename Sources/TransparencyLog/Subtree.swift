/// A run of leaves that forms a tree of its own inside every larger tree.
///
/// draft-ietf-plants-merkle-tree-certs, section 4.1: the run starts at a multiple of the smallest
/// power of two that is not smaller than the run. A tree of `n` leaves is the subtree `[0, n)`, and
/// a run without leaves is a subtree wherever it starts.
package struct Subtree: Hashable, Sendable {
  let leaves: Range<UInt64>

  /// The first leaf.
  package var start: UInt64 { leaves.lowerBound }
  /// The leaf after the last.
  package var end: UInt64 { leaves.upperBound }

  /// Takes the leaves from `start` up to and without `end`, if they form a subtree.
  package init(start: UInt64, end: UInt64) throws(ProofError) {
    guard start <= end, start & Self.alignmentMask(ofSize: end - start) == 0 else {
      throw .invalidSubtree(start: start, end: end)
    }
    self.init(unchecked: start..<end)
  }

  private init(unchecked leaves: Range<UInt64>) {
    self.leaves = leaves
  }

  /// The whole tree of a size.
  package static func tree(ofSize size: UInt64) -> Subtree {
    Subtree(unchecked: 0..<size)
  }

  /// The bits that must be zero in the start of a subtree: `BIT_CEIL(size) - 1`.
  private static func alignmentMask(ofSize size: UInt64) -> UInt64 {
    size <= 1 ? 0 : .max >> UInt64((size - 1).leadingZeroBitCount)
  }
}

extension Subtree {
  /// Selects two neighbouring subtrees that together cover any run of leaves.
  ///
  /// draft-ietf-plants-merkle-tree-certs, section 4.5.1. Nothing after the run is covered; of the
  /// left subtree, less than half lies before the run. A run of at most one leaf is its own left
  /// subtree, and the right one is empty.
  ///
  /// - Parameter run: The leaves to cover.
  /// - Returns: The left subtree, and the right one, which starts where the left one ends.
  package static func covering(_ run: Range<UInt64>) -> (left: Subtree, right: Subtree) {
    let (start, end) = (run.lowerBound, run.upperBound)
    guard end - start > 1 else {
      return (Subtree(unchecked: run), Subtree(unchecked: end..<end))
    }
    let last = end - 1
    let belowDivergence = UInt64.max >> UInt64((start ^ last).leadingZeroBitCount + 1)
    let middle = last & ~belowDivergence
    let leftHeight = UInt64.bitWidth - (~start & belowDivergence).leadingZeroBitCount
    let leftStart = start & (.max << UInt64(leftHeight))
    return (Subtree(unchecked: leftStart..<middle), Subtree(unchecked: middle..<end))
  }
}

extension Subtree: CustomStringConvertible {
  /// The subtree as a half-open interval, such as `[8, 13)`.
  package var description: String { "[\(start), \(end))" }
}
