import EventStore
import TransparencyLog

/// Reads the segments of a backup from the first on, and computes the tree over their records.
///
/// A segment that is damaged does not end the walk: what is wrong behind it is found as well, only
/// the tree cannot be computed any more.
struct BackupWalk {
  let folder: BackupFolder
  let manifest: BackupManifest
  /// The tree over the records read.
  private(set) var tree: IncrementalTree
  /// What is wrong, each with its file.
  private(set) var findings: [BackupFinding] = []

  /// Begins behind a tree; at the first segment, if it has no leaves.
  init(
    _ folder: BackupFolder,
    _ manifest: BackupManifest,
    behind tree: IncrementalTree = IncrementalTree(),
  ) {
    self.folder = folder
    self.manifest = manifest
    self.tree = tree
  }

  /// Reads on to the end.
  ///
  /// - Parameters:
  ///   - roots: Roots the tree must have at some sizes, and what says so; in the order of sizes.
  ///   - body: Takes a position and the record there; not called behind a finding.
  /// - Throws: What `body` throws.
  mutating func walk(
    expecting roots: [ExpectedRoot] = [],
    _ body: (UInt64, Span<UInt8>) throws -> Void = { _, _ in },
  ) throws {
    var roots = roots.filter { $0.size > tree.size }[...]
    var wrongRoots: [BackupFinding] = []
    for segment in manifest.segments where segment.first > tree.size || !findings.isEmpty {
      do {
        let found = try Segment.read(folder.path + "/" + segment.file, first: segment.first) {
          guard findings.isEmpty, $0 == tree.size + 1 else { return }
          tree.append(TreeHasher.leafHash(of: $1))
          while let root = roots.first, root.size == tree.size {
            wrongRoots += root.findings(of: tree)
            roots.removeFirst()
          }
          try body($0, $1)
        }
        if let what = segment.difference(from: found) { note(segment.file, what) }
      } catch let damage as DamagedSegment {
        note(segment.file, damage.reason)
      }
    }
    // Roots are wrong because of what is wrong with a segment, unless nothing is.
    guard findings.isEmpty else { return }
    let last = ExpectedRoot(size: manifest.position, root: manifest.root, file: "manifests")
    findings = wrongRoots + last.findings(of: tree)
  }

  private mutating func note(_ file: String, _ what: String) {
    findings.append(BackupFinding(file: file, what: what))
  }
}

/// Something that is wrong with a backup.
public struct BackupFinding: Codable, Hashable, Sendable {
  /// The file, by its path inside the backup, or the folder of keys.
  public var file: String
  /// What.
  public var what: String
}

/// A root that something says the tree has at a size.
struct ExpectedRoot {
  /// The number of records.
  let size: UInt64
  /// The root, in hexadecimal.
  let root: String
  /// The file that says so.
  let file: String

  /// What is wrong with a tree of that size.
  func findings(of tree: IncrementalTree) -> [BackupFinding] {
    guard tree.root.description != root else { return [] }
    let what = "the records up to position \(size) have the root \(tree.root), not \(root)"
    return [BackupFinding(file: file, what: what)]
  }
}
