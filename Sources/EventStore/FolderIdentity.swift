import Glibc
import LMDB

/// Which folder a path stood for when it was opened, whatever it is called later.
///
/// A folder that is renamed under a process takes its open files along. What the process then makes
/// by the old path would lie in another folder, which nobody reads.
package struct FolderIdentity: Hashable, Sendable {
  private let path: String
  private let device: UInt64
  private let inode: UInt64

  /// Looks at a folder; a link to one stands for it.
  ///
  /// - Throws: `StorageError` if there is none.
  package init(of path: String) throws {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      throw StorageError(StorageError.Code(rawValue: errno), during: "stat \(path)")
    }
    self.path = path
    (device, inode) = (UInt64(status.st_dev), UInt64(status.st_ino))
  }

  /// Refuses to go on if the path stands for another folder now, or for none.
  ///
  /// - Throws: `MovedFolder`.
  package func requireSame() throws {
    guard (try? Self(of: path)) != self else { return }
    throw MovedFolder(path: path)
  }
}

/// A folder was renamed or replaced while a process had it open.
package struct MovedFolder: Error, Hashable, Sendable {
  /// What it was called.
  package let path: String
}

extension MovedFolder: CustomStringConvertible {
  /// What happened and what to do.
  package var description: String {
    "\(path) is not the folder that was opened: it was renamed or replaced meanwhile; nothing was "
      + "made there; end this process, and open the ledger where it is now"
  }
}
