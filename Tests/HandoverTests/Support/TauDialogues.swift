import Foundation

/// The dialogues of tau-bench and tau2-bench that lie beside the repository, as lines of the
/// neutral format: every message is a message, a call for a person a request for an agent.
enum TauDialogues {
  private static let folder = Clone.shared.appending(path: "corpora/tau")

  /// What was counted in them by other means.
  struct Figures: Decodable {
    var dialogues: Int
    var turns: Int
    var agentHandovers: Int
    var finalInboxes: [String: Corpus.Figures.InboxSize]

    enum CodingKeys: String, CodingKey {
      case dialogues, turns
      case agentHandovers = "agent_handovers"
      case finalInboxes = "final_inbox_top"
    }
  }

  /// The figures; `nil` if the corpus does not lie here, which is said aloud.
  static let figures: Figures? = {
    struct File: Decodable {
      var sample: Sample
      struct Sample: Decodable { var total: Figures }
    }
    guard let bytes = try? Data(contentsOf: folder.appending(path: "FIGURES.json")) else {
      Clone.skip("the corpus ../shared/data/corpora/tau")
      return nil
    }
    return try? JSONDecoder().decode(File.self, from: bytes).sample.total
  }()

  private struct Simulations: Decodable {
    var info: Info
    var simulations: [Simulation]

    struct Info: Decodable { var environment_info: Environment }
    struct Environment: Decodable { var domain_name: String }
    struct Simulation: Decodable {
      var id: String
      var messages: [Message]
    }
    struct Message: Decodable {
      var role: String
      var content: String?
      var tool_calls: [ToolCall]?
      var timestamp: String?
    }
    struct ToolCall: Decodable { var name: String }
  }

  private struct Display: Decodable { var messages_display: String }

  /// All of them.
  static func lines() throws -> [Line] {
    let simulations = Clone.files(in: folder.appending(path: "sample/tau2-simulations"), ".json")
    let displays = Clone.files(in: folder.appending(path: "sample/tau-bench"), ".jsonl")
    return try simulations.flatMap(lines(ofSimulations:)) + displays.flatMap(lines(ofDisplays:))
  }

  private static func lines(ofSimulations file: URL) throws -> [Line] {
    let content = try JSONDecoder().decode(Simulations.self, from: Data(contentsOf: file))
    let bot = content.info.environment_info.domain_name
    return content.simulations.flatMap { simulation in
      let name = "tau:\(file.lastPathComponent):\(simulation.id)"
      return [Line.started(name, with: bot)]
        + simulation.messages.flatMap { message in
          let at = message.timestamp.map { $0 + "Z" }
          let calls = message.tool_calls?.count { $0.name == "transfer_to_human_agents" } ?? 0
          return [line(name, message.role, message.content ?? "", of: bot, at: at)]
            + (0..<calls).map { _ in request(name, of: bot, at: at) }
        }
    }
  }

  private static func lines(ofDisplays file: URL) throws -> [Line] {
    let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    return try rows.enumerated().flatMap { number, row in
      let display = try JSONDecoder().decode(Display.self, from: Data(row.utf8))
      let name = "tau:\(file.lastPathComponent):\(number)"
      var lines = [Line.started(name, with: "bot")]
      for text in display.messages_display.split(separator: "\n", omittingEmptySubsequences: false)
      {
        guard
          let role = ["user", "assistant", "tool", "system"].first(where: { role in
            text.hasPrefix(role + ":")
          })
        else {
          lines[lines.count - 1].text? += "\n" + text
          continue
        }
        lines.append(line(name, role, String(text.dropFirst(role.count + 2)), of: "bot"))
        guard text.hasPrefix("tool: Transfer successful") else { continue }
        lines.append(request(name, of: "bot"))
      }
      return lines
    }
  }

  private static func line(
    _ conversation: String,
    _ role: String,
    _ text: String,
    of bot: String,
    at: String? = nil,
  ) -> Line {
    var line = Line.message(conversation, text)
    line.at = at
    if role != "user" { line.author = Line.Party(kind: "bot", id: bot) }
    return line
  }

  private static func request(_ conversation: String, of bot: String, at: String? = nil) -> Line {
    var line = Line("agentRequested")
    line.source = "tests"
    line.conversation = conversation
    line.author = Line.Party(kind: "bot", id: bot)
    line.method = "chat-api"
    line.at = at
    return line
  }
}
