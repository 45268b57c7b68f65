import LMDB

/// An environment with one table, whose keys and values are texts.
struct Shelf: Sendable {
  let environment: Environment
  let table: Table

  init(
    at path: String = TemporaryFolder.path,
    for access: Environment.Access = .writing,
    mapSizeInBytes: Int = 1 << 26,
    readerLimit: Int = 1_024,
    growing: [String: Environment.KeyOfValue]? = nil,
  ) throws {
    var configuration = Environment.Configuration()
    configuration.mapSizeInBytes = mapSizeInBytes
    configuration.readerLimit = readerLimit
    configuration.growingTables = growing
    environment = try Environment(at: path, for: access, configuration: configuration)
    table = try environment.openTables(["books"]).named[0]
  }

  /// Commits some entries together.
  func put(_ entries: Entry...) throws {
    try environment.write { transaction in
      for entry in entries { try transaction.put(entry, in: table) }
    }
  }

  /// What lies under a key.
  func value(_ key: String) throws -> String? {
    try environment.read { try $0.text(for: key, in: table) }
  }

  /// Every entry, in the order of the table.
  func entries() throws -> [Entry] {
    try environment.read { try $0.entries(of: table) }
  }
}

/// A key and its value.
struct Entry: Hashable, Sendable {
  let key: String
  let value: String

  init(_ key: String, _ value: String) {
    self.key = key
    self.value = value
  }

  init(_ key: Span<UInt8>, _ value: Span<UInt8>) {
    self.init(String(copying: key), String(copying: value))
  }
}

extension String {
  /// The bytes of the text.
  var bytes: [UInt8] { Array(utf8) }

  /// A text out of lent bytes.
  init(copying span: Span<UInt8>) {
    self.init(decoding: [UInt8](copying: span), as: UTF8.self)
  }
}

extension ReadTransaction {
  /// What lies under a key.
  func text(for key: String, in table: Table) throws -> String? {
    try copiedValue(for: key.bytes.span, in: table).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Every entry of a table, in its order.
  func entries(of table: Table) throws -> [Entry] {
    var entries: [Entry] = []
    try walk(table) { key, value in
      entries.append(Entry(key, value))
      return .next
    }
    return entries
  }
}

extension WriteTransaction {
  /// Keeps an entry.
  mutating func put(_ entry: Entry, in table: Table) throws {
    try put(entry.value.bytes.span, for: entry.key.bytes.span, in: table)
  }

  /// What lies under a key.
  func text(for key: String, in table: Table) throws -> String? {
    try copiedValue(for: key.bytes.span, in: table).map { String(decoding: $0, as: UTF8.self) }
  }
}

/// What a body throws to see what becomes of it.
struct Interruption: Error, Equatable {}

extension StorageError.Code {
  /// What `errno` calls `EEXIST`.
  static var fileExists: Self { Self(rawValue: 17) }
  /// What `errno` calls `ENOTDIR`.
  static var notAFolder: Self { Self(rawValue: 20) }
  /// `MDB_DBS_FULL`.
  static var tooManyTables: Self { Self(rawValue: -30791) }
  /// `MDB_BAD_TXN`.
  static var badTransaction: Self { Self(rawValue: -30782) }
}

/// The code of the storage error that a body throws, be it in the commit; `nil` if it throws none.
func code(of body: () throws -> Void) throws -> StorageError.Code? {
  do {
    try body()
    return nil
  } catch let error as StorageError {
    return error.code
  } catch let error as CommitError {
    return error.cause.code
  }
}
