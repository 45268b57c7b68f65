import ArgumentParser
import Foundation
import LedgerHTTP

/// Makes tokens, and looks into them.
struct Token: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Issue a token for the HTTP interface, or look into one.",
    discussion: """
      The keys are those of the server's settings; without any, a secret is kept beside the ledger.

      Example:
        handover token issue eve --role agent --owner airline
        handover token inspect "$TOKEN"
      """,
    subcommands: [Issue.self, Inspect.self],
  )

  /// Makes a token.
  struct Issue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Issue a token and print it.",
      discussion: """
        An owner's token acts for the bots of that account; an agent's names the owner it helps.

        Example:
          handover token issue airline --role owner --hours 720
        """,
    )

    @Argument(help: "The account.") var user: String
    @Option(name: .long, help: "owner, agent, admin, auditor or visitor.") var role: String
    @Option(
      name: .long,
      help: "The owner's account that an agent, or the owner's staff, acts for.",
    )
    var owner: String?
    @Option(name: .long, help: "The name to show.") var name: String?
    @Option(name: .long, help: "How long it is good, in hours.") var hours = 12
    @OptionGroup var settings: SettingOptions

    func validate() throws {
      guard (1...87_600).contains(hours) else {
        throw ValidationError("--hours is 1 to 87600")
      }
      guard TokenClaims.roles.contains(role) else {
        throw ValidationError("--role is one of \(TokenClaims.roles.joined(separator: ", "))")
      }
      guard role != "agent" || owner != nil else {
        throw ValidationError("--owner is missing: whom does the agent help?")
      }
    }

    func run() async throws {
      let configuration = try settings.configuration()
      let now = Int64(Date().timeIntervalSince1970)
      var claims = TokenClaims(sub: user, role: role, exp: now + Int64(hours) * 3_600)
      claims.owner = owner
      claims.name = name
      claims.iat = now
      claims.aud = configuration.tokens.audience
      Terminal.print(try await TokenKeys(configuration).token(claims))
    }
  }

  /// Looks into a token.
  struct Inspect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say what a token claims, and whether the server would take it.",
      discussion: """
        Ends with exit code 1 if the server would refuse the token.

        Example:
          handover token inspect "$TOKEN" --json
        """,
    )

    @Argument(help: "The token.") var token: String
    @Flag(name: .long, help: "Print one JSON value on standard output.") var json = false
    @OptionGroup var settings: SettingOptions

    func run() async throws {
      let inspection = try await TokenInspection(of: token, settings.configuration())
      if json {
        try printJSON(inspection)
      } else {
        Terminal.print("header   \(inspection.header ?? "-")")
        Terminal.print("claims   \(inspection.claims ?? "-")")
        Terminal.print("verdict  \(inspection.verdict)")
      }
      if !inspection.isValid { throw CommandFailure(Failure.Code.checkSaidNo) }
    }
  }
}
