import Foundation
import LMDB
import Testing
import TransparencyLog

/// Somebody who can write a closed ledger's files and knows the stored format
/// (docs/record-format.md): rows, nodes and head are rewritten so that they fit one another.
struct Forger {
  /// The ledger's folder.
  let path: String

  /// What the log holds: the records in log order, and the head's time.
  struct Log {
    var records: [[UInt8]]
    var time: [UInt8]
  }

  private func withTables<Result>(
    _ body: (inout WriteTransaction, _ records: Table, _ nodes: Table, _ main: Table) throws
      -> Result
  ) throws -> Result {
    let environment = try Environment(at: path + "/log", for: .writing)
    let (named, main) = try environment.openTables(["nodes", "records"])
    return try environment.write { try body(&$0, named[1], named[0], main) }
  }

  /// What the log holds.
  func read() throws -> Log {
    try withTables { transaction, records, _, main in
      var rows: [[UInt8]] = []
      try transaction.walk(records) { _, row in
        rows.append(Array([UInt8](copying: row).dropFirst(TreeHash.byteCount)))
        return .next
      }
      let head = try #require(try transaction.copiedValue(for: headKey.span, in: main))
      return Log(records: rows, time: Array(head[8..<16]))
    }
  }

  /// Changes the log's records, and recomputes leaves, tree and head.
  ///
  /// The records keep the positions they name; a position is the place of its row.
  func rewrite(_ change: (inout Log) throws -> Void) throws {
    var log = try read()
    try change(&log)
    try withTables { transaction, records, nodes, main in
      try transaction.removeAll(from: records)
      try transaction.removeAll(from: nodes)
      var tree = IncrementalTree()
      for (index, record) in log.records.enumerated() {
        let leaf = TreeHasher.leafHash(of: record)
        let row = leaf.bytes + record
        try transaction.append(row.span, at: UInt64(index + 1), in: records)
        try tree.append(leaf) { level, index, hash in
          guard level >= 8 else { return }
          let (key, value) = ([UInt8(level)] + number(index), hash.bytes)
          try transaction.put(value.span, for: key.span, in: nodes)
        }
      }
      let head = number(tree.size) + log.time + tree.root.bytes
      try transaction.put(head.span, for: headKey.span, in: main)
    }
  }

  /// Changes rows behind the tree's back; a row is the leaf hash, then the record.
  func withRows(_ body: (inout Rows) throws -> Void) throws {
    try withTables { transaction, records, _, _ in
      var rows = Rows()
      try transaction.walk(records) { key, row in
        rows[[UInt8](copying: key).reduce(0) { $0 << 8 | UInt64($1) }] = [UInt8](copying: row)
        return .next
      }
      try body(&rows)
      try transaction.removeAll(from: records)
      for (position, row) in rows.sorted(by: { $0.key < $1.key }) {
        try transaction.append(row.span, at: position, in: records)
      }
    }
  }

  /// Puts other bytes in the head's place.
  func setHead(_ head: [UInt8]) throws {
    try withTables { transaction, _, _, main in
      try transaction.put(head.span, for: headKey.span, in: main)
    }
  }

  /// Flips a bit of a stored node.
  func flip(level: UInt8, index: UInt64) throws {
    try withTables { transaction, _, nodes, _ in
      let key = [level] + number(index)
      var hash = try #require(try transaction.copiedValue(for: key.span, in: nodes))
      hash[0] ^= 1
      try transaction.put(hash.span, for: key.span, in: nodes)
    }
  }

  typealias Rows = [UInt64: [UInt8]]

  private var headKey: [UInt8] { Array("head".utf8) }
}

/// A number in eight bytes, highest first.
func number(_ number: UInt64) -> [UInt8] { [UInt8](copying: BigEndianKey(number).span) }

/// The fields of a record that forgers change, by their offsets (docs/record-format.md).
extension [UInt8] {
  private func field(_ range: Range<Int>) -> UInt64 {
    self[range].reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The event type.
  var type: UInt64 {
    get { field(2..<4) }
    set { replaceSubrange(2..<4, with: number(newValue).suffix(2)) }
  }

  /// Whether it is imported.
  var isImported: Bool {
    get { self[1] & 1 == 1 }
    set { self[1] = newValue ? self[1] | 1 : self[1] & ~1 }
  }

  /// The position it names.
  var position: UInt64 {
    get { field(8..<16) }
    set { replaceSubrange(8..<16, with: number(newValue)) }
  }

  /// The position of the event before it in its stream.
  var previous: UInt64 {
    get { field(16..<24) }
    set { replaceSubrange(16..<24, with: number(newValue)) }
  }

  /// The position of its stream's first event.
  var start: UInt64 {
    get { field(24..<32) }
    set { replaceSubrange(24..<32, with: number(newValue)) }
  }

  /// Its number in its stream.
  var streamPosition: UInt64 {
    get { field(32..<36) }
    set { replaceSubrange(32..<36, with: number(newValue).suffix(4)) }
  }

  /// The bytes of the sealed body.
  var sealedLength: UInt64 { field(36..<40) }

  /// When it was recorded.
  var recordedAt: UInt64 {
    get { field(40..<48) }
    set { replaceSubrange(40..<48, with: number(newValue)) }
  }

  /// The stream.
  var stream: [UInt8] { Array(self[56..<72]) }

  /// The number whose meaning depends on the type.
  var fact: UInt64 {
    get { field(72..<80) }
    set { replaceSubrange(72..<80, with: number(newValue)) }
  }

  /// The first identifier, which must be there.
  var firstParty: [UInt8] {
    get { Array(self[party(0)]) }
    set { replaceSubrange(party(0), with: newValue) }
  }

  /// The second identifier, which must be there.
  var secondParty: [UInt8] {
    get { Array(self[party(1)]) }
    set { replaceSubrange(party(1), with: newValue) }
  }

  /// Where an identifier lies: behind the fixed part, which is longer from format 2 on.
  private func party(_ index: Int) -> Range<Int> {
    let first = (self[0] == 1 ? 96 : 116) + 16 * index
    return first..<first + 16
  }
}
