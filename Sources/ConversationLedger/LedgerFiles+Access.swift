import EventStore
import Foundation

extension LedgerFiles {
  /// Refuses links inside the ledger's folder where it writes; the folder itself may be one.
  ///
  /// Whoever could put a link there would choose what is written over.
  ///
  /// - Throws: `LedgerError` `.notPermitted`.
  func requireNoLinks() throws {
    let rings = (try? FileManager.default.contentsOfDirectory(atPath: keys)) ?? []
    let folders =
      [log, keys, views, receipts, audit]
      + rings.filter { $0.hasPrefix("ring") }.map { keys + "/" + $0 }
    let files =
      [lock, keys + "/checkpoint.key", keys + "/checkpoint.latest", keys + "/checkpoint.lock"]
      + folders.flatMap { [$0 + "/data.mdb", $0 + "/lock.mdb"] }
    for path in folders + files {
      let kind = try? FileManager.default.attributesOfItem(atPath: path)[.type]
      guard kind as? FileAttributeType == .typeSymbolicLink else { continue }
      throw LedgerError(
        .notPermitted,
        "\(path) is a link, and the ledger writes through none inside its folder; put what it "
          + "leads to in its place",
      )
    }
  }

  /// What others than its owner can read or write, a sentence each.
  func exposures() -> [String] {
    var secrets = [keys + "/checkpoint.key", folder + "/token.secret"]
    if case .file(let path) = try? masterKeySource() { secrets.append(path) }
    let rings = (try? FileManager.default.contentsOfDirectory(atPath: keys)) ?? []
    let rewritten = rings.filter { $0.hasPrefix("ring-") }.map { keys + "/\($0)/data.mdb" }
    return ([folder, log, keys, keys + "/data.mdb"] + rewritten + secrets).compactMap(exposure)
  }

  private func exposure(of path: String) -> String? {
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    let attributes = try? FileManager.default.attributesOfItem(atPath: target)
    guard let mode = attributes?[.posixPermissions] as? Int, mode & 0o077 != 0 else { return nil }
    let verbs = [(0o044, "read"), (0o022, "written"), (0o011, "entered")]
      .filter { mode & $0.0 != 0 }.map(\.1).joined(separator: " and ")
    return "\(path) can be \(verbs) by others than its owner (mode \(String(mode, radix: 8))); "
      + "close it with: chmod go= \(path)"
  }
}
