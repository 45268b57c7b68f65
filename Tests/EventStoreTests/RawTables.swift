import LMDB
import Testing

/// The tables beneath a log.
struct RawTables {
  let records: Table
  let nodes: Table
  let main: Table
}

/// Changes a closed log behind its back.
func withTables(
  at path: String = TemporaryFolder.path,
  _ body: (inout WriteTransaction, RawTables) throws -> Void,
) throws {
  let environment = try Environment(at: path + "/log", for: .writing)
  let (named, main) = try environment.openTables(["nodes", "records"])
  try environment.write { transaction in
    try body(&transaction, RawTables(records: named[1], nodes: named[0], main: main))
  }
}

extension WriteTransaction {
  /// The bytes under a key, which must be there.
  func bytes(_ key: [UInt8], in table: Table) throws -> [UInt8] {
    try #require(try copiedValue(for: key.span, in: table))
  }

  /// Changes the bytes under a key, which must be there.
  mutating func change(
    _ key: [UInt8],
    in table: Table,
    _ body: (inout [UInt8]) -> Void,
  ) throws {
    var bytes = try bytes(key, in: table)
    body(&bytes)
    try put(bytes.span, for: key.span, in: table)
  }
}

/// The key of a row: its position in eight bytes.
func rowKey(_ position: UInt64) -> [UInt8] { [UInt8](copying: BigEndianKey(position).span) }

/// The key of a stored node: its level, then its index in eight bytes.
func nodeKey(level: UInt8, index: UInt64) -> [UInt8] { [level] + rowKey(index) }

/// The key of the head.
var headKey: [UInt8] { Array("head".utf8) }
