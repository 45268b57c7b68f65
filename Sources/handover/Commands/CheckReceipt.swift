import ArgumentParser
import ConversationLedger
import Foundation

/// Checks a receipt of an erasure, without any ledger.
struct CheckReceipt: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the receipt of an erasure; needs no ledger.",
    discussion: """
      The note beside the receipt must be signed by the log's key and state the receipt's very
      bytes. The key comes from whoever runs the ledger, never from the note. Exit code 1 if it does
      not hold.

      Example:
        handover check-receipt erasure-12.json --vkey-file ledger.vkey
      """,
  )

  @Argument(help: "The receipt, erasure-N.json.", completion: .file()) var file: String

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The note that signs it; standard: erasure-N.note beside it.",
      valueName: "file",
    ),
    completion: .file(),
  )
  var note: String?

  @OptionGroup var signer: KeyOptions

  @Flag(name: .long, help: "Print one JSON value on standard output.") var json = false

  func validate() throws {
    guard signer.vkey != nil || signer.vkeyFile != nil else {
      throw ValidationError("give the log's public key: --vkey or --vkey-file")
    }
  }

  func run() throws {
    let check = try checked()
    if json { try printJSON(check) } else { show(check) }
    guard check.holds else {
      throw CommandFailure(Failure.Code.checkSaidNo, "\(file) does not hold")
    }
  }

  private func checked() throws -> ReceiptCheck {
    let receipt = URL(fileURLWithPath: file)
    let note = note ?? receipt.deletingPathExtension().appendingPathExtension("note").path
    do {
      return try ReceiptCheck.check(
        GivenFile(file).bytes(),
        named: receipt.lastPathComponent,
        with: GivenFile(note).bytes(),
        vkey: try signer.key() ?? "",
      )
    } catch let error as MalformedProof {
      throw CommandFailure(Failure.Code.badData, "\(file) cannot be checked: \(error)")
    }
  }

  private func show(_ check: ReceiptCheck) {
    Terminal.print("log        \(Terminal.harmless(check.origin))")
    if let reason = check.reason { Terminal.print("FAILS      \(Terminal.harmless(reason))") }
    guard let receipt = check.receipt else { return }
    Terminal.print("signed     by the log's key, word for word")
    Terminal.print("ordered    \(receipt.orderedAt), at position \(receipt.orderPosition)")
    Terminal.print("ground     \(Terminal.harmless(receipt.ground))")
    Terminal.print("erased     \(receipt.events) events of \(receipt.conversations) conversations")
    Terminal.print("keys       \(receipt.keys) destroyed")
    guard let hunt = receipt.hunt else { return Terminal.print("leftovers  not searched for") }
    Terminal.print("leftovers  \(hunt.found) found")
  }
}
