import ArgumentParser
import ConversationLedger
import Conversations
import Foundation

/// Writes a proof that others check without the ledger.
struct Prove: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prove a record, a whole conversation, or that the log has only grown.",
    discussion: """
      A proof of a record is a C2SP tlog-proof (c2sp.org/tlog-proof): the record as it is stored,
      its place in the tree, and a checkpoint signed now. A proof of growth (--since) leads from an
      earlier number of records to that checkpoint, as c2sp.org/tlog-witness asks for it. A proof
      of a conversation has all its events, and the log's signed statement that there are no others.
      Words stay sealed, unless --words gives the conversation's key away. Works beside a server.

      Example:
        handover prove 42 --out record-42.proof
        handover check-proof record-42.proof --vkey "$VKEY"
        handover prove --since 1000 --out growth.proof
        handover prove --conversation 01980000-0000-7000-8000-000000000001 --words --out anna.proof
      """,
  )

  @Argument(help: "The record's log position.") var position: UInt64?

  @Option(
    name: .long,
    help: ArgumentHelp("Prove growth since this many records.", valueName: "size"),
  )
  var since: UInt64?

  @Option(name: .long, help: "Prove this conversation.") var conversation: ConversationID?

  @Flag(name: .long, help: "With the conversation's key, so that its words can be read.")
  var words = false

  @Option(
    name: .long,
    help: ArgumentHelp("Where the proof goes, instead of standard output.", valueName: "file"),
    completion: .file(),
  )
  var out: String?

  @OptionGroup var reader: ReaderOptions
  @OptionGroup var options: LedgerOptions

  func validate() throws {
    let given = [position != nil, since != nil, conversation != nil].count { $0 }
    guard given == 1 else {
      throw ValidationError("give one of a position, --since, and --conversation")
    }
    guard !words || conversation != nil else {
      throw ValidationError("--words belongs to --conversation")
    }
  }

  func run() throws {
    if let conversation { return try prove(conversation) }
    let ledger = try options.open()
    let proof = try position.map(ledger.proof(of:)) ?? ledger.proofOfGrowth(since: since ?? 0)
    let bytes = Array(proof.proof.utf8)
    try write(bytes)
    if options.json { return try printJSON(proof) }
    if out == nil { Terminal.write(Data(bytes)) }
    Terminal.note("checkpoint of \(proof.size) records by \(proof.origin); key \(proof.vkey)")
  }

  private func prove(_ conversation: ConversationID) throws {
    let proof = try conversationProof(conversation)
    let bytes = try JSONText.bytes(of: proof) + Array("\n".utf8)
    try write(bytes)
    if out == nil || options.json { Terminal.write(Data(bytes), showing: .json) }
    Terminal.note(
      "\(proof.count) events, from position \(proof.firstPosition) to \(proof.lastPosition)"
    )
  }

  /// The proof; with the words it is an export, and written down as one.
  private func conversationProof(_ conversation: ConversationID) throws -> ConversationProof {
    guard words else { return try options.open().proof(of: conversation) }
    let scope = ReadingScope.conversation(conversation)
    return try reader.read(scope, by: "prove", options, as: .exported) { ledger in
      try ledger.proof(of: conversation, withWords: true)
    }
  }

  private func write(_ bytes: [UInt8]) throws {
    guard let out else { return }
    try PrivateFile.write(bytes, to: out)
  }
}
