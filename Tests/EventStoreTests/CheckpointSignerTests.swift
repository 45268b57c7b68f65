import EventStore
import Foundation
import Testing
import TransparencyLog

@Suite(.inTemporaryFolder)
struct `The signer of checkpoints` {
  private func signer() throws -> CheckpointSigner {
    let signer = CheckpointSigner(keysAt: TemporaryFolder.path + "/keys")
    try signer.makeKey(origin: "example.com/log")
    return signer
  }

  @Test
  func `signs every size the log comes to, each the continuation of the one before`() async throws {
    let store = try Store()
    let signer = try signer()
    let key = try signer.verificationKey()
    var trees: [Checkpoint] = []
    for number in 0..<20 {
      try await store.append(.saying("event \(number)"))
      let note = try signer.sign(store.log)
      trees.append(try Checkpoint(opening: note, of: key.name, with: key))
      #expect(try signer.latest()?.note == note)
    }
    #expect(trees.map(\.size) == (1...20).map { UInt64($0) })
    for (old, new) in zip(trees, trees.dropFirst()) {
      try ConsistencyProof(
        oldSize: old.size,
        newSize: new.size,
        from: StoredNodes(of: store.log),
      )
      .verify(oldRoot: old.root, newRoot: new.root)
    }
  }

  @Test
  func `keeps the signatures of others on what was signed already`() async throws {
    let store = try Store()
    let signer = try signer()
    try await store.append(.saying("event"))
    var note = try signer.sign(store.log)
    let witness = try SigningKey(name: #require(NoteLine("witness")), algorithm: .cosignature)
    note.add(try witness.signature(of: note.text, at: 1))
    let latest = TemporaryFolder.path + "/keys/checkpoint.latest"
    try Data(note.bytes).write(to: URL(filePath: latest))
    #expect(try signer.sign(store.log) == note)
  }

  @Test
  func `never signs two trees of one size, whoever signs at the same time`() async throws {
    let store = try Store()
    let signer = try signer()
    try await store.append(.saying("event"))
    let notes = try await withThrowingTaskGroup(of: SignedNote.self) { group in
      for _ in 0..<16 { group.addTask { try signer.sign(store.log) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(notes).count == 1)
  }

  @Test
  func `refuses a log that is shorter or another one`() async throws {
    let store = try Store()
    let signer = try signer()
    for number in 0..<3 { try await store.append(.saying("event \(number)")) }
    let signed = try Checkpoint(parsing: signer.sign(store.log).text)
    var options = Store.Options()
    options.path += "/other"
    let other = try Store(options)
    for number in 0..<5 {
      try await other.append(.saying("another \(number)"))
      let conflict = CheckpointConflict(signed: signed, position: UInt64(number) + 1)
      #expect(throws: CheckpointError.conflict(conflict)) { try signer.sign(other.log) }
      #expect(try signer.conflict(with: other.log) == conflict)
      #expect(conflict.isShorter == (number < 2))
    }
    #expect(try signer.conflict(with: store.log) == nil)
    #expect(try signer.latest()?.tree == signed)
  }
}
