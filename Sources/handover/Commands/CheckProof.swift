import ArgumentParser
import ConversationLedger
import Foundation

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

  @Option(name: .long, help: ArgumentHelp("The log's public key.", valueName: "key"))
  var vkey: String?

  @Option(
    name: .long,
    help: ArgumentHelp("The file the log's public key is in.", valueName: "file"),
    completion: .file(),
  )
  var vkeyFile: String?

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

  func validate() throws {
    guard vkey == nil || vkeyFile == nil else {
      throw ValidationError("give --vkey or --vkey-file, not both")
    }
  }

  func run() throws {
    var evidence = ProofEvidence()
    evidence.vkey = try vkey ?? vkeyFile.map { try text(of: $0) }
    evidence.record = try record.map(bytes(of:))
    evidence.oldCheckpoint = try old.map(bytes(of:))
    let check = try checked(evidence)
    if json { try printJSON(check) } else { show(check) }
    guard check.holds else {
      throw CommandFailure(Failure.Code.checkSaidNo, "\(file) does not hold")
    }
  }

  private func checked(_ evidence: ProofEvidence) throws -> ProofCheck {
    do {
      return try ProofCheck.check(bytes(of: file), with: evidence)
    } catch let error as MalformedProof {
      throw CommandFailure(Failure.Code.badData, "\(file) cannot be checked: \(error)")
    }
  }

  private func bytes(of path: String) throws -> [UInt8] {
    do {
      return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw CommandFailure(
        Failure.Code.noInput,
        "\(path) cannot be read: \(error.localizedDescription)",
      )
    }
  }

  private func text(of path: String) throws -> String {
    String(decoding: try bytes(of: path), as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private func show(_ check: ProofCheck) {
    Terminal.print("log        \(check.origin)")
    if let position = check.position { Terminal.print("position   \(position)") }
    if let size = check.oldSize { Terminal.print("since      \(size)") }
    Terminal.print("size       \(check.size)")
    Terminal.print("root       \(check.root)")
    for sentence in check.checked { Terminal.print("checked    \(sentence)") }
    for sentence in check.unchecked { Terminal.print("unchecked  \(sentence)") }
    if let reason = check.reason { Terminal.print("FAILS      \(reason)") }
  }
}
