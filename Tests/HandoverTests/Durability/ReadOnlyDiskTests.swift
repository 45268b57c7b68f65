import Foundation
import Testing

/// A file system that can only be read, such as a snapshot.
@Suite(.enabled(if: SmallDisk.isAllowed))
struct `A disk that can only be read` {
  @Test
  func `is read, and says so to whoever would write`() throws {
    let disk = try SmallDisk(mebibytes: 8)
    let ledger = disk.ledger
    try ledger.enterNetwork()
    let conversation = try ledger.startConversation()
    try ledger.run("post", conversation, "Hello")
    try disk.remount("ro")
    for call in [
      ["post", conversation, "More"], ["init"], ["checkpoint"], ["keys", "rotate"],
      ["export", "--to", "jsonl"],
    ] {
      let answer = try ledger.run(call, exits: 77)
      #expect(answer.standardError.contains("the file system is read-only"), "\(call)")
    }
    #expect(try ledger.entries(of: conversation).map(\.text) == ["Hello"])
    try ledger.run("verify")
    // Where nothing is yet, nothing can be made.
    let inside = ledger.path + "/deeper"
    try ledger.run("init", "--ledger", inside, exits: 73)
    try disk.remount("rw")
    try ledger.run("post", conversation, "More")
  }
}
