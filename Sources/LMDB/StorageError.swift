import CLMDB
import Glibc

/// A failure reported by LMDB or by the file system beneath it.
package struct StorageError: Error, Hashable, Sendable {
  /// What went wrong: an LMDB code or an `errno` value.
  package let code: Code
  /// The call that reported it.
  package let operation: String

  package init(_ code: Code, during operation: String) {
    self.code = code
    self.operation = operation
  }

  /// A result code of LMDB, or an `errno` value of the file system; unknown codes survive.
  package struct Code: RawRepresentable, Hashable, Sendable {
    package let rawValue: CInt
    package init(rawValue: CInt) { self.rawValue = rawValue }
  }
}

extension StorageError.Code {
  /// The key is in the table already.
  ///
  /// The corresponding C constant is `MDB_KEYEXIST`.
  package static var keyExists: Self { Self(rawValue: MDB_KEYEXIST) }
  /// There is no such key or table.
  ///
  /// The corresponding C constant is `MDB_NOTFOUND`.
  package static var notFound: Self { Self(rawValue: MDB_NOTFOUND) }
  /// A page is not what it should be.
  ///
  /// The corresponding C constant is `MDB_CORRUPTED`.
  package static var corrupted: Self { Self(rawValue: MDB_CORRUPTED) }
  /// A page that another one names is not there.
  ///
  /// The corresponding C constant is `MDB_PAGE_NOTFOUND`.
  package static var pageNotFound: Self { Self(rawValue: MDB_PAGE_NOTFOUND) }
  /// The file lost its end.
  package static var truncated: Self { Self(rawValue: ENODATA) }
  /// A fatal error closed the environment.
  ///
  /// The corresponding C constant is `MDB_PANIC`.
  package static var panic: Self { Self(rawValue: MDB_PANIC) }
  /// The file was made by another LMDB.
  ///
  /// The corresponding C constant is `MDB_VERSION_MISMATCH`.
  package static var versionMismatch: Self { Self(rawValue: MDB_VERSION_MISMATCH) }
  /// The file is no LMDB environment.
  ///
  /// The corresponding C constant is `MDB_INVALID`.
  package static var notAnEnvironment: Self { Self(rawValue: MDB_INVALID) }
  /// The memory map is full.
  ///
  /// The corresponding C constant is `MDB_MAP_FULL`.
  package static var mapFull: Self { Self(rawValue: MDB_MAP_FULL) }
  /// Every reader slot is taken.
  ///
  /// The corresponding C constant is `MDB_READERS_FULL`.
  package static var readersFull: Self { Self(rawValue: MDB_READERS_FULL) }
  /// A key or value has a size LMDB cannot keep.
  ///
  /// The corresponding C constant is `MDB_BAD_VALSIZE`.
  package static var badSize: Self { Self(rawValue: MDB_BAD_VALSIZE) }
  /// The environment is open in this process already; LMDB's locks would vanish.
  package static var openTwice: Self { Self(rawValue: EBUSY) }
  /// The disk is full.
  package static var diskFull: Self { Self(rawValue: ENOSPC) }
  /// The file would be larger than the system lets it be.
  package static var fileTooLarge: Self { Self(rawValue: EFBIG) }
  /// The device failed.
  package static var inputOutput: Self { Self(rawValue: EIO) }
  /// The file system does not let this process in.
  package static var notPermitted: Self { Self(rawValue: EACCES) }
  /// The process gets no memory: neither space for the map nor memory of its own.
  package static var noMemory: Self { Self(rawValue: ENOMEM) }
  /// The system cannot do what it is asked for.
  package static var invalidArgument: Self { Self(rawValue: EINVAL) }
  /// There is no such file.
  package static var noSuchFile: Self { Self(rawValue: ENOENT) }
  /// A link is where a file is to be written.
  package static var link: Self { Self(rawValue: ELOOP) }
  /// The file system can only be read.
  package static var readOnlyFileSystem: Self { Self(rawValue: EROFS) }
  /// The process may not do this.
  package static var notAllowed: Self { Self(rawValue: EPERM) }
}

extension StorageError: CustomStringConvertible {
  /// What failed, in which call, and what to do where that is known.
  package var description: String { "\(code.sentence) (\(operation), code \(code.rawValue))" }
}

extension StorageError.Code {
  /// One sentence for people: what it means, and what to do.
  package var sentence: String {
    switch self {
    case .mapFull: "the memory map is full; open the ledger with a larger map (--map-size)"
    case .diskFull: "the disk is full; free space and try again"
    case .fileTooLarge:
      "a file would be larger than it may be; lift the limit (ulimit -f), or, if there is none, "
        + "the list of free pages is damaged: run verify, then restore a backup"
    case .readersFull: "too many readers are at work; end some and try again"
    case .corrupted, .pageNotFound:
      "a page of the storage is damaged; run verify, then restore a backup"
    case .truncated: "a file of the storage is shorter than what was written; restore a backup"
    case .panic: "a failed write closed the storage; it must be opened again"
    case .versionMismatch, .notAnEnvironment:
      "this is no storage file of this ledger, or it is damaged; restore a backup"
    case .openTwice: "this process has the ledger open already"
    case .noMemory:
      "there is no room in memory for the map; give a smaller one (--map-size), or, if the file is "
        + "damaged, restore a backup"
    case .invalidArgument:
      "the system cannot do what a file asks for; if it is damaged, restore a backup"
    case .notPermitted, .notAllowed: "the file system does not permit this"
    case .readOnlyFileSystem: "the file system is read-only; make it writable and try again"
    case .link: "there is a link, and the ledger writes through none; put the file itself there"
    default: librarySentence
    }
  }

  /// What the library or the operating system itself says of the code.
  private var librarySentence: String {
    // Safety: LMDB answers a static or thread-local C string for every code; it is copied here.
    guard let text = unsafe mdb_strerror(rawValue) else { return "unknown storage error" }
    return unsafe String(cString: text)
  }
}

/// Throws unless an LMDB call answered success.
func check(_ result: CInt, _ operation: StaticString) throws(StorageError) {
  guard result != MDB_SUCCESS else { return }
  throw StorageError(StorageError.Code(rawValue: result), during: "\(operation)")
}
