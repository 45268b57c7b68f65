import ArgumentParser
import ConversationLedger

/// Checks a proof, without any ledger.
struct CheckProof: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check a proof that prove wrote; needs no ledger.",
    discussion: """
      Says what was checked, and what could not be. The key comes from whoever runs the ledger
      (handover init and checkpoint print it), never from the proof; without it nobody vouches for
      the checkpoint. Exit code 1 if the proof does not hold.

      Example:
        handover check-proof record-42.proof --vkey "$VKEY"
        handover check-proof growth.proof --old checkpoint-of-may --vkey-file ledger.vkey
      """,
  )

  @Argument(help: "The proof.", completion: .file()) var file: String

  @OptionGroup var signer: KeyOptions

  @Option(
    name: .long,
    help: ArgumentHelp("The key of a witness that must have signed.", valueName: "key"),
  )
  var witnessKey: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp("The record it must be of, as it is stored.", valueName: "file"),
    completion: .file(),
  )
  var record: String?

  @Option(
    name: .long,
    help: ArgumentHelp("The earlier checkpoint of a proof of growth.", valueName: "file"),
    completion: .file(),
  )
  var old: String?

  @Flag(name: .long, help: "Print one JSON value on standard output.") var json = false

  func run() throws {
    var evidence = ProofEvidence()
    evidence.vkey = try signer.key()
    evidence.witnesses = witnessKey
    evidence.record = try record.map { try GivenFile($0).bytes() }
    evidence.oldCheckpoint = try old.map { try GivenFile($0).bytes() }
    let check = try checked(evidence)
    if json { try printJSON(check) } else { show(check) }
    guard check.holds else {
      throw CommandFailure(Failure.Code.checkSaidNo, "\(file) does not hold")
    }
  }

  private func checked(_ evidence: ProofEvidence) throws -> ProofCheck {
    do {
      return try ProofCheck.check(GivenFile(file).bytes(), with: evidence)
    } catch let error as MalformedProof {
      throw CommandFailure(Failure.Code.badData, "\(file) cannot be checked: \(error)")
    }
  }

  private func show(_ check: ProofCheck) {
    Terminal.print("log        \(check.origin)")
    if let position = check.position { Terminal.print("position   \(position)") }
    if let conversation = check.conversationId {
      Terminal.print("of         \(conversation)")
      Terminal.print("events     \(check.count ?? 0)")
      Terminal.print("from       \(check.firstPosition ?? 0)")
      Terminal.print("to         \(check.lastPosition ?? 0)")
    }
    if let size = check.oldSize { Terminal.print("since      \(size)") }
    Terminal.print("size       \(check.size)")
    Terminal.print("root       \(check.root)")
    for sentence in check.checked { Terminal.print("checked    \(sentence)") }
    for sentence in check.unchecked { Terminal.print("unchecked  \(sentence)") }
    if let reason = check.reason { Terminal.print("FAILS      \(reason)") }
    if let transcript = check.transcript { Terminal.show(transcript) }
  }
}
