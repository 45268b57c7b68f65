import ArgumentParser
import ConversationLedger
import Foundation

/// Writes a proof that others check without the ledger.
struct Prove: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prove that a record is in the log, or that the log has only grown.",
    discussion: """
      A proof of a record is a C2SP tlog-proof (c2sp.org/tlog-proof): the record as it is stored,
      its place in the tree, and a checkpoint signed now. A proof of growth (--since) leads from an
      earlier number of records to that checkpoint, as c2sp.org/tlog-witness asks for it. Words
      stay sealed in both. Works beside a server.

      Example:
        handover prove 42 --out record-42.proof
        handover check-proof record-42.proof --vkey "$VKEY"
        handover prove --since 1000 --out growth.proof
      """,
  )

  @Argument(help: "The record's log position.") var position: UInt64?

  @Option(
    name: .long,
    help: ArgumentHelp("Prove growth since this many records.", valueName: "size"),
  )
  var since: UInt64?

  @Option(
    name: .long,
    help: ArgumentHelp("Where the proof goes, instead of standard output.", valueName: "file"),
    completion: .file(),
  )
  var out: String?

  @OptionGroup var options: LedgerOptions

  func validate() throws {
    guard (position == nil) != (since == nil) else {
      throw ValidationError("give a position, or --since; not both")
    }
  }

  func run() throws {
    let ledger = try options.open()
    let proof = try position.map(ledger.proof(of:)) ?? ledger.proofOfGrowth(since: since ?? 0)
    if let out {
      do {
        try Data(proof.proof.utf8).write(to: URL(fileURLWithPath: out), options: .atomic)
      } catch {
        throw CommandFailure(
          Failure.Code.cannotCreate,
          "\(out) cannot be written: \(error.localizedDescription)",
        )
      }
    }
    if options.json { return try printJSON(proof) }
    if out == nil { Terminal.write(Data(proof.proof.utf8)) }
    Terminal.note("checkpoint of \(proof.size) records by \(proof.origin); key \(proof.vkey)")
  }
}
