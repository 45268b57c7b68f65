import Glibc
import LMDB
import Testing

@Suite
struct `A storage error` {
  /// Codes as the C headers number them, and a word or two that their sentence must have.
  static let codes: [(StorageError.Code, rawValue: CInt, words: String)] = [
    (.keyExists, -30799, "already exists"),
    (.notFound, -30798, "No matching"),
    (.corrupted, -30796, "damaged; run verify"),
    (.truncated, ENODATA, "shorter than what was written; restore a backup"),
    (.panic, -30795, "opened again"),
    (.versionMismatch, -30794, "no storage file of this ledger"),
    (.notAnEnvironment, -30793, "no storage file of this ledger"),
    (.mapFull, -30792, "the memory map is full; open the ledger with a larger map"),
    (.readersFull, -30790, "too many readers"),
    (.badSize, -30781, "size"),
    (.noSuchFile, ENOENT, "No such file"),
    (.inputOutput, EIO, "nput/output error"),
    (.notPermitted, EACCES, "does not permit"),
    (.openTwice, EBUSY, "open already"),
    (.diskFull, ENOSPC, "the disk is full; free space"),
  ]

  @Test(arguments: codes)
  func `has the number of the C constant`(code: StorageError.Code, rawValue: CInt, _: String) {
    #expect(code.rawValue == rawValue)
  }

  @Test(arguments: codes)
  func `says in a sentence what failed, in which call, and with which code`(
    code: StorageError.Code,
    rawValue: CInt,
    words: String,
  ) {
    let error = StorageError(code, during: "mdb_put")
    #expect(error.description == "\(code.sentence) (mdb_put, code \(rawValue))")
    #expect(code.sentence.contains(words))
  }

  @Test
  func `keeps a code that has no name here`() {
    for rawValue: CInt in [-30788, 99_999, EXDEV] {
      let error = StorageError(StorageError.Code(rawValue: rawValue), during: "mdb_get")
      #expect(error.code.rawValue == rawValue)
      #expect(!error.code.sentence.isEmpty)
      #expect(error.description.hasSuffix("(mdb_get, code \(rawValue))"))
    }
  }
}

@Suite(.inTemporaryFolder)
struct `A folder of the storage` {
  let path = TemporaryFolder.path

  @Test
  func `is made with its parents, and left alone if it is there`() throws {
    let inner = path + "/a/b/c"
    try makeFolder(inner)
    try makeFolder(inner)
    try makeFolder(path + "/a/b/")
    try flush(file: inner)
  }

  @Test
  func `is not made of a file or below one`() throws {
    let file = path + "/file"
    let descriptor = unsafe open(file, O_WRONLY | O_CREAT, 0o600)
    try #require(descriptor >= 0)
    close(descriptor)
    for name in [file, file + "/a", file + "/a/b"] {
      #expect(try code { try makeFolder(name) } == .notAFolder)
    }
  }

  @Test
  func `that is missing cannot be flushed`() throws {
    #expect(try code { try flush(file: path + "/missing") } == .noSuchFile)
  }
}
