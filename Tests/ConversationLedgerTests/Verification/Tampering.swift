import Conversations
import Foundation
import LMDB
import Testing
import TransparencyLog

@testable import ConversationLedger

/// A way to tamper with a closed ledger.
///
/// The tamperer can write every file, knows the format, and recomputes hashes where the case says
/// so; the master key is not theirs.
enum Tampering: String, CaseIterable, Sendable {
  /// A bit of a record, or of the leaf hash before it.
  case bitOfRow
  /// A bit of a record; its leaf hash is recomputed.
  case bitOfRecordWithLeaf
  /// A bit of a sealed body; leaf, tree and head are recomputed.
  case bitOfBodyWithTree
  /// Two rows change places as they are.
  case swappedRows
  /// Two records change places and name their new positions; their leaves are recomputed.
  case swappedRecordsWithLeaves
  /// A row is gone.
  case droppedRow
  /// A record is gone, those behind it move up, and everything is recomputed.
  case droppedRecordWithTree
  /// The last rows are gone.
  case droppedTail
  /// The head is set back, with the root of its size; the rows stay.
  case headSetBack
  /// A bit of the head's root.
  case bitOfRoot
  /// A bit of a stored node of the tree.
  case bitOfNode
  /// A handover goes to another owner's bot; everything is recomputed.
  case handoverElsewhere
  /// A refused handover is made one that was not; everything is recomputed.
  case refusalUndone
  /// An event is put into another conversation; everything is recomputed.
  case eventOfAnother
  /// The time of a record is set back before the one before it; everything is recomputed.
  case timeSetBack
  /// A bit of a row of the views.
  case bitOfView
  /// A bit of a wrapped data key that is in use.
  case bitOfKey
  /// The last records are gone, and everything is recomputed.
  case droppedTailWithTree
  /// An older copy of the whole folder is put back, its last checkpoint included.
  case olderCopy
  /// An older copy goes on with other events, and is as long as the ledger was or longer.
  case fork
  /// The last checkpoint names another size or root.
  case forgedCheckpoint

  /// The verdict that must say no.
  var verdict: Verification.Verdict {
    switch self {
    case .droppedRow, .droppedTail, .headSetBack, .eventOfAnother: .completeness
    case .droppedTailWithTree, .olderCopy: .completeness
    default: .integrity
    }
  }

  /// Whether the other verdict must say yes.
  ///
  /// Where a record is gone, the tree cannot be computed either; where one is renumbered or put
  /// elsewhere, chains break too.
  var leavesOther: Bool {
    switch self {
    case .droppedRow, .droppedTail, .headSetBack, .droppedRecordWithTree, .eventOfAnother: false
    // A flipped bit can be one of the position, or of the chain.
    case .bitOfRecordWithLeaf, .bitOfRow, .swappedRecordsWithLeaves, .swappedRows: false
    default: true
    }
  }

  /// Whether nothing in the folder speaks against it but a signed checkpoint, and views that have
  /// seen more.
  var isCaughtByCheckpointsAlone: Bool {
    switch self {
    case .droppedTailWithTree, .olderCopy, .fork, .forgedCheckpoint: true
    default: false
    }
  }

  /// Tampers.
  ///
  /// - Parameters:
  ///   - path: A copy of the ledger.
  ///   - length: How many records it has.
  ///   - chance: Chooses.
  /// - Returns: What was done, for a message; `nil` if this draw changed nothing.
  /// - Throws: What the files throw.
  func apply(
    at path: String,
    of length: UInt64,
    _ chance: inout SeededGenerator,
  ) throws -> String? {
    let forger = Forger(path: path)
    switch self {
    case .bitOfRow, .bitOfRecordWithLeaf, .swappedRows, .swappedRecordsWithLeaves, .droppedRow,
      .droppedTail:
      var done: String?
      try forger.withRows { done = try tamper(&$0, &chance) }
      return done
    case .bitOfBodyWithTree, .droppedRecordWithTree, .handoverElsewhere, .refusalUndone,
      .eventOfAnother, .timeSetBack, .droppedTailWithTree:
      var done: String?
      try forger.rewrite { done = try tamper(&$0.records, &chance) }
      return done
    case .headSetBack: return try forger.setHeadBack(&chance)
    case .bitOfRoot:
      return try forger.flipBit(in: "log", of: Array("head".utf8), bytes: 16..<48, &chance)
    case .bitOfNode: return try forger.flipBit(in: "log", "nodes", &chance)
    case .bitOfView:
      let tables = [
        "counts", "heads", "inboxes", "keys", "starts", "took-part", "visits",
      ]
      return try forger.flipBit(in: "views", chance.pick(tables), &chance)
    case .bitOfKey:
      // Slot 1 is the ledger's own, slot 2 the first conversation's.
      let slot = chance.pick([1, 2] as [UInt64])
      return try forger.flipBit(in: "keys", "keys", of: number(slot), &chance)
    case .forgedCheckpoint: return try forger.forgeCheckpoint(&chance)
    case .olderCopy, .fork: return try putBack(at: path, upTo: length, &chance)
    }
  }

  /// Puts the older copy that lies beside the whole ledger in its place.
  private func putBack(
    at path: String,
    upTo length: UInt64,
    _ chance: inout SeededGenerator,
  ) throws -> String {
    let files = FileManager.default
    try files.removeItem(atPath: path)
    try files.copyItem(atPath: LedgerBench("older").path, toPath: path)
    guard self == .fork else { return "the older copy" }
    let options = Ledger.Options.bench(HandClock())
    let ledger = try Ledger(at: path, for: .writing(creating: false), options: options)
    defer { ledger.close() }
    var commands = RandomCommands(seed: UInt64.random(in: 1_000...9_999, using: &chance))
    while try ledger.headPosition() < length {
      _ = try ledger.submitAndWait((0..<50).map { _ in commands.next() })
    }
    return "the older copy, continued"
  }

  /// Tampers with stored rows.
  private func tamper(_ rows: inout Forger.Rows, _ chance: inout SeededGenerator) throws -> String?
  {
    let count = UInt64(rows.count)
    let position = UInt64.random(in: 1...count, using: &chance)
    var other = UInt64.random(in: 1..<count, using: &chance)
    if other >= position { other += 1 }
    switch self {
    case .bitOfRow:
      rows[position]?.flipBit(from: 0, &chance)
    case .bitOfRecordWithLeaf:
      rows[position]?.flipBit(from: TreeHash.byteCount, &chance)
      rows[position]?.recomputeLeaf()
    case .swappedRows:
      (rows[position], rows[other]) = (rows[other], rows[position])
    case .swappedRecordsWithLeaves:
      (rows[position], rows[other]) = (rows[other], rows[position])
      for place in [position, other] {
        rows[place]?.replaceSubrange(40..<48, with: number(place))
        rows[place]?.recomputeLeaf()
      }
      return "positions \(position) and \(other)"
    case .droppedTail:
      for last in position...count { rows[last] = nil }
    default: rows[position] = nil
    }
    return "position \(position)"
  }

  /// Tampers with records whose tree is recomputed.
  private func tamper(
    _ records: inout [[UInt8]],
    _ chance: inout SeededGenerator,
  ) throws -> String? {
    let live = records.indices.filter { !records[$0].isImported }
    switch self {
    case .bitOfBodyWithTree:
      let index = chance.pick(records.indices.filter { records[$0].sealedLength > 0 })
      records[index].flipBit(
        from: records[index].count - Int(records[index].sealedLength),
        &chance,
      )
      return "position \(index + 1)"
    case .handoverElsewhere:
      let index = chance.pick(live.filter { records[$0].type == 36 })
      let rival = try #require(RandomCommands.bots.last)
      records[index].secondParty = number(rival.high) + number(rival.low)
      return "position \(index + 1)"
    case .refusalUndone:
      let index = chance.pick(live.filter { records[$0].type == 37 })
      let (holder, destination) = (RandomCommands.bots[0], records[index].firstParty)
      records[index].type = 36
      records[index][6] = 2
      records[index][7] = 0
      records[index][88] = 2
      records[index].firstParty = number(holder.high) + number(holder.low)
      records[index].insert(contentsOf: destination, at: 112)
      return "position \(index + 1)"
    case .eventOfAnother:
      let later = live.filter { records[$0].type > 32 }
      let index = chance.pick(later)
      let others = later.filter { records[$0].stream != records[index].stream && $0 < index }
      guard !others.isEmpty else { return nil }
      records[index].replaceSubrange(56..<72, with: records[chance.pick(others)].stream)
      return "position \(index + 1)"
    case .droppedTailWithTree:
      let count = Int.random(in: 1..<records.count, using: &chance)
      records.removeLast(count)
      return "the last \(count)"
    case .timeSetBack:
      let index = Int.random(in: 1..<records.count, using: &chance)
      records[index].recordedAt = records[index - 1].recordedAt - 1
      return "position \(index + 1)"
    default:
      // Bodies are sealed with their positions, so the first sealed one behind the gap tells.
      let last = try #require(records.lastIndex { $0.sealedLength > 0 })
      let index = Int.random(in: 0..<last, using: &chance)
      records.dropAndRenumber(index)
      return "position \(index + 1)"
    }
  }
}

extension [UInt8] {
  /// Flips one bit at or behind an offset.
  fileprivate mutating func flipBit(from offset: Int, _ chance: inout SeededGenerator) {
    let place = Int.random(in: offset..<count, using: &chance)
    self[place] ^= 1 << UInt8.random(in: 0..<8, using: &chance)
  }

  /// Puts the leaf hash of a row's record before it.
  fileprivate mutating func recomputeLeaf() {
    let leaf = TreeHasher.leafHash(of: Array(dropFirst(TreeHash.byteCount)))
    replaceSubrange(0..<TreeHash.byteCount, with: leaf.bytes)
  }
}

extension [[UInt8]] {
  /// Leaves a record out, and gives those behind it the places and predecessors they have then.
  fileprivate mutating func dropAndRenumber(_ index: Int) {
    let gone = self[index]
    remove(at: index)
    func moved(_ position: UInt64) -> UInt64 { position > gone.position ? position - 1 : position }
    for place in index..<count {
      self[place].position = UInt64(place + 1)
      if self[place].previous == gone.position {
        self[place].previous = gone.previous
      } else {
        self[place].previous = moved(self[place].previous)
      }
      self[place].start = moved(self[place].start)
      if self[place].stream == gone.stream { self[place].streamPosition -= 1 }
    }
  }
}

extension Forger {
  /// Sets the head back to a smaller size, with the root of that size.
  fileprivate func setHeadBack(_ chance: inout SeededGenerator) throws -> String {
    let log = try read()
    let size = Int.random(in: 1..<log.records.count, using: &chance)
    var tree = IncrementalTree()
    for record in log.records.prefix(size) { tree.append(TreeHasher.leafHash(of: record)) }
    try setHead(number(tree.size) + log.time + tree.root.bytes)
    return "size \(size)"
  }

  /// Lets the last checkpoint name another size or root; its signature stays.
  fileprivate func forgeCheckpoint(_ chance: inout SeededGenerator) throws -> String {
    let file = path + "/keys/checkpoint.latest"
    var lines = try String(contentsOfFile: file, encoding: .utf8).components(separatedBy: "\n")
    if Bool.random(using: &chance) {
      lines[1] = "\(try #require(UInt64(lines[1])) - UInt64.random(in: 1...99, using: &chance))"
    } else {
      var digits = Array(lines[2].utf8)
      let place = Int.random(in: 0..<40, using: &chance)
      digits[place] = UInt8(ascii: digits[place] == UInt8(ascii: "A") ? "B" : "A")
      lines[2] = String(decoding: digits, as: UTF8.self)
    }
    try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
    return lines[1...2].joined(separator: " ")
  }

  /// Flips a bit of a value.
  ///
  /// - Parameters:
  ///   - folder: The environment.
  ///   - table: The table; the unnamed one if `nil`.
  ///   - wanted: The key; any if `nil`.
  ///   - range: The bytes of the value to choose from; all if `nil`.
  ///   - chance: Chooses.
  /// - Returns: What was done; `nil` if the table has no such row.
  /// - Throws: `StorageError`.
  fileprivate func flipBit(
    in folder: String,
    _ table: String? = nil,
    of wanted: [UInt8]? = nil,
    bytes range: Range<Int>? = nil,
    _ chance: inout SeededGenerator,
  ) throws -> String? {
    let environment = try Environment(at: path + "/" + folder, for: .writing)
    let (named, main) = try environment.openTables(table.map { [$0] } ?? [])
    return try environment.write { transaction in
      var rows: [(key: [UInt8], value: [UInt8])] = []
      try transaction.walk(named.first ?? main) { key, value in
        let key = [UInt8](copying: key)
        if wanted == nil || wanted == key { rows.append((key, [UInt8](copying: value))) }
        return .next
      }
      guard !rows.isEmpty else { return nil }
      var row = chance.pick(rows)
      let place = chance.pick(Array(range ?? row.value.indices))
      row.value[place] ^= 1 << UInt8.random(in: 0..<8, using: &chance)
      try transaction.put(row.value.span, for: row.key.span, in: named.first ?? main)
      return "byte \(place) of a row of \(table ?? "the head")"
    }
  }
}
