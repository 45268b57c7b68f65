import Foundation

/// `handover serve` on a ledger, as a process of its own beside this one.
final class LoadServer {
  let port: Int
  private let process: Process
  private let tool: String
  private let ledger: String

  struct DidNotStart: Error {}

  /// Starts the server and waits until it listens.
  init(tool: String, ledger: String) throws {
    (self.tool, self.ledger) = (tool, ledger)
    process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: tool)
    // All callers come from one address, and as one person.
    process.arguments = [
      "serve", "--port", "0", "--json", "--ledger", ledger,
      "--set", "limits.connections-per-address=0", "--set", "live.followers-per-person=0",
    ]
    process.standardOutput = output
    try process.run()
    struct Place: Decodable { let port: Int }
    var line = Data()
    while let byte = try output.fileHandleForReading.read(upToCount: 1), byte.first != 10,
      !byte.isEmpty
    { line.append(byte) }
    guard let place = try? JSONDecoder().decode(Place.self, from: line) else {
      throw DidNotStart()
    }
    port = place.port
  }

  /// Stops the server and waits until the ledger is closed.
  func stop() {
    process.terminate()
    process.waitUntilExit()
  }

  /// A token of the owner of the benchmark's bots, or of one of its agents.
  func token(_ user: String = "benchmark", role: String = "owner") throws -> String {
    let (issuing, output) = (Process(), Pipe())
    issuing.executableURL = URL(filePath: tool)
    issuing.arguments = [
      "token", "issue", user, "--role", role, "--owner", "benchmark", "--ledger", ledger,
    ]
    issuing.standardOutput = output
    try issuing.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    issuing.waitUntilExit()
    let words = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    guard let token = words.first(where: { $0.count(where: { $0 == "." }) == 2 }) else {
      throw DidNotStart()
    }
    return String(token)
  }

  /// The memory of the server that is not mapped from files, in bytes.
  var ownMemory: Int {
    let path = "/proc/\(process.processIdentifier)/status"
    let status = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("RssAnon:") }
    let words = line?.split(whereSeparator: \.isWhitespace) ?? []
    return (words.dropFirst().first.flatMap { Int($0) } ?? 0) << 10
  }

  /// The processor time the server has used, in seconds (proc(5), utime and stime).
  var processorSeconds: Double {
    let path = "/proc/\(process.processIdentifier)/stat"
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    let words = text.split(separator: ")").last?.split(separator: " ") ?? []
    guard words.count > 12, let user = Double(words[11]), let system = Double(words[12]) else {
      return 0
    }
    return (user + system) / 100
  }
}
