import ArgumentParser
import ConversationLedger

/// Says how the ledger stands.
struct Status: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show how the ledger stands.",
    discussion: "Example:\n  handover status --json",
  )

  @OptionGroup var options: LedgerOptions

  func run() throws {
    let status = try options.open().status()
    if options.json { return try printJSON(status) }
    var table = Table(["ledger", options.ledger], flexible: 1)
    table.add(["position", "\(status.position)"])
    table.add(["root", status.root])
    table.add(["last recorded", status.recordedAt ?? "-"])
    table.add(["bots", "\(status.bots)"])
    table.add(["conversations", "\(status.conversations)"])
    table.add(["messages", "\(status.messages)"])
    table.add(["views at", "\(status.viewsPosition)"])
    table.add(["log", "\(status.logBytes >> 20) of \(status.mapBytes >> 20) MiB"])
    table.add(["writer", status.writerProcess.map { "process \($0)" } ?? "none"])
    table.print()
  }
}

/// Builds the views anew.
struct Rebuild: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Throw the views away and build them anew from the log.",
    discussion: """
      Prints the digest of the new views: the same history gives the same digest on any machine.

      Example:
        handover rebuild
      """,
  )

  @OptionGroup var options: LedgerOptions

  /// What a rebuild came to.
  struct Output: Encodable {
    var position: UInt64
    var digest: String
  }

  func run() throws {
    let bar = ProgressBar("rebuilding")
    let result = try Ledger.rebuild(at: options.ledger) { bar.show($0, of: $1) }
    let output = Output(position: result.position, digest: result.digest)
    if options.json { return try printJSON(output) }
    Terminal.print("position  \(output.position)")
    Terminal.print("digest    \(output.digest)")
  }
}
