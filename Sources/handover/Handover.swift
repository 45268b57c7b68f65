import ArgumentParser
import Glibc

/// The command-line tool.
@main
struct Handover: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "handover",
    abstract: "A ledger of bot conversations: who said what, who held it, and why.",
    discussion: """
      Every command takes --ledger DIR (standard: ./ledger-data, or HANDOVER_LEDGER).

      Example:
        handover import --from sgd dialogues_001.json
        handover bots
        handover inbox Restaurants_1
      """,
    version: "0.1.0",
    groupedSubcommands: [
      CommandGroup(
        name: "Ledger",
        subcommands: [
          Init.self, Import.self, Export.self, Status.self, Rebuild.self, Backup.self,
          Restore.self, Keys.self,
        ],
      ),
      CommandGroup(
        name: "Reading",
        subcommands: [Bots.self, Inbox.self, TranscriptCommand.self, WhyCommand.self, Follow.self],
      ),
      CommandGroup(
        name: "Conversations",
        subcommands: [
          Start.self, Post.self, Note.self, SetVariables.self, HandOverCommand.self,
          RequestAgent.self, TakeOver.self, HandBack.self, End.self,
        ],
      ),
      CommandGroup(
        name: "Audit",
        subcommands: [
          Replay.self, Verify.self, CheckpointCommand.self, Prove.self, CheckProof.self, Erase.self,
          CheckReceipt.self, ReadAudit.self, Reads.self,
        ],
      ),
      CommandGroup(name: "Server", subcommands: [Serve.self, Token.self]),
    ],
  )

  /// Runs the command, and ends the process with the exit code and the sentence of its failure.
  static func main() async {
    // A pipe whose reader has gone is then an error of the write, not the end of the process.
    signal(SIGPIPE, SIG_IGN)
    DamageSignal.expect()
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      guard let failure = Failure(error) else { report(error) }
      failure.report()
      exit(withError: ExitCode(failure.exitCode))
    }
  }

  /// Ends the process as the argument parser does, with what it repeats of the arguments harmless
  /// to a terminal.
  private static func report(_ error: any Error) -> Never {
    let code = exitCode(for: error)
    // What is asked for, such as help, is no error and goes to standard output.
    guard !code.isSuccess else { exit(withError: error) }
    let message = fullMessage(for: error)
    if !message.isEmpty { Terminal.note(lines: message) }
    exit(withError: code)
  }
}
