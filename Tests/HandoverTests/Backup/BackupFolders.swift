import Foundation
import Testing

extension Shape {
  /// What `backup` answers.
  struct Backup: Decodable {
    var folder: String
    var manifest: String
    var position: UInt64
    var root: String
    var added: UInt64
    var segments: Int
    var bytes: Int
    var verified: UInt64
    var keys: String?
    var keysRemoved: [String]
  }

  /// What `backup --check` answers.
  struct BackupCheck: Decodable {
    var position: UInt64
    var root: String
    var records: UInt64
    var keys: Int
    var whole: Bool
    var findings: [Finding]

    struct Finding: Decodable {
      var file: String
      var what: String
    }
  }

  /// What `restore` answers.
  struct Restored: Decodable {
    var ledger: String
    var position: UInt64
    var root: String
    var leftOut: UInt64
    var keys: String?
    var needed: [String]
  }
}

extension LedgerFolder {
  /// The backup that lies beside the ledger.
  var backup: String { folder.appending(path: "backup").path }

  /// Backs the ledger up.
  @discardableResult
  func backUp(_ more: String...) throws -> Shape.Backup {
    try run(["backup", backup, "--json"] + more).json()
  }

  /// Restores the backup into a ledger of its own, and puts the master key there.
  func restored(_ more: String...) throws -> LedgerFolder {
    let other = try LedgerFolder()
    try other.run(["restore", backup] + more)
    try FileManager.default.copyItem(
      atPath: path + "/keys/master.key",
      toPath: other.path + "/keys/master.key",
    )
    return other
  }

  /// The files of the backup, by their paths inside it.
  func backupFiles() throws -> [String] {
    let files = FileManager.default
    return try files.subpathsOfDirectory(atPath: backup).filter { name in
      let type = try files.attributesOfItem(atPath: backup + "/" + name)[.type]
      return type as? FileAttributeType == .typeRegular && !name.hasSuffix(".lock")
    }
    .sorted()
  }

  /// The root at some positions and at the end, as the reader in Python computes it.
  func rootsByPython(_ positions: [UInt64] = []) throws -> [UInt64: String] {
    let reader = Clone.root.appending(path: "Tests/HandoverTests/Backup/read_backup.py").path
    let answer = try Python.run([reader, backup] + positions.map { "\($0)" }, in: folder)
    #expect(answer.exit == .code(0), "\(answer.standardError)")
    let pairs = answer.lines.map { $0.split(separator: " ") }
    return Dictionary(pairs.map { (UInt64($0[0]) ?? 0, String($0[1])) }) { $1 }
  }
}
