import Testing
import TransparencyLog

@Suite
struct `A request to a witness` {
  private func witness(of log: VerificationKey) throws -> TestWitness {
    TestWitness(key: try fixedKey("example.com/witness", .cosignature), logs: [log])
  }

  /// The last exchange that was published holds two requests, the first of which is a conflict.
  private func requests(_ vectors: NoteVectors.Exchanges) throws -> [(body: String, status: Int)] {
    try vectors.exchanges.flatMap { exchange in
      guard let end = exchange.request.firstRange(of: "```\nHTTP 409") else {
        return [(exchange.request, exchange.status)]
      }
      let next = try #require(exchange.request.ranges(of: "```\nold ").last)
      let first = String(exchange.request[..<end.lowerBound])
      let second = String(exchange.request[next.lowerBound...].dropFirst(4))
      return [(first, 409), (second, exchange.status)]
    }
  }

  @Test
  func `is answered as in every published exchange`() throws {
    let vectors = try NoteVectors.read("add-checkpoint", as: NoteVectors.Exchanges.self)
    let log = try VerificationKey(
      name: line(vectors.log_origin),
      algorithm: .ed25519,
      publicKey: bytes(hexadecimal: vectors.log_ed25519_public_key_hex),
    )
    var witness = try witness(of: log)
    let exchanges = try requests(vectors)
    #expect(exchanges.map(\.status) == [200, 403, 403, 422, 422, 200, 409, 200])
    for (number, exchange) in exchanges.enumerated() {
      let body = Array(exchange.body.utf8)
      let answer = try witness.answer(body, at: 1)
      // That witness answers 403 to a log it does not know; the specification says 404.
      #expect(answer.status == (number == 2 ? 404 : exchange.status), "exchange \(number)")
      if answer.status == 409 { #expect(AddCheckpoint.sizeInConflict(answer.body) == 3) }
      guard answer.status == 200 else { continue }
      let request = try AddCheckpoint(parsing: body)
      #expect(request.bytes == body)
      var note = request.note
      for signature in try NoteSignature.lines(parsing: answer.body) { note.add(signature) }
      let signers = try note.verify(with: [log, witness.key.verificationKey])
      #expect(signers.map(\.time) == [nil, 1])
    }
  }

  @Test(arguments: [
    "", "old 1\n", "old\n\n", "old 01\n\n", "old -1\n\n", "new 1\n\n", "old 1\nAAAA\n\n",
  ])
  func `is malformed if a line before the checkpoint is`(head: String) throws {
    let key = try fixedKey("log")
    let note = try Checkpoint(
      origin: key.verificationKey.name,
      size: 0,
      root: TreeHasher.emptyRoot,
    ).signed(with: key)
    #expect(try AddCheckpoint(parsing: Array("old 1\n\n".utf8) + note.bytes).oldSize == 1)
    #expect(throws: FormatError.self) {
      try AddCheckpoint(parsing: Array(head.utf8) + note.bytes)
    }
  }

  @Test
  func `has at most 63 hashes`() throws {
    let key = try fixedKey("log")
    let checkpoint = Checkpoint(
      origin: key.verificationKey.name,
      size: 0,
      root: TreeHasher.emptyRoot,
    )
    let note = try checkpoint.signed(with: key)
    for count in [63, 64] {
      let path = Array(repeating: TreeHasher.emptyRoot, count: count)
      let bytes = AddCheckpoint(oldSize: 1, path: path, note: note).bytes
      #expect((try? AddCheckpoint(parsing: bytes).path.count) == (count == 63 ? 63 : nil))
    }
  }

  @Test(arguments: ["3", "", "\n", "3\n\n", "03\n", "3\r\n", " 3\n", "x\n"])
  func `is not told a size that is no plain number`(body: String) {
    #expect(AddCheckpoint.sizeInConflict(Array(body.utf8)) == nil)
  }
}
