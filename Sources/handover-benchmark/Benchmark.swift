import ArgumentParser
import Foundation

/// Measures the rows of the design's speed table, as ratios in one run.
@main
struct Benchmark: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "handover-benchmark",
    abstract: "Measure the ledger against this machine's own ceilings.",
    subcommands: [Load.self],
  )

  @Option(help: "The folder for the files; removed at the end.")
  var directory = "./.benchmark"
  @Option(help: "Events of the bulk rows.") var events = 1_000_000
  @Option(help: "Conversations of the large inbox.") var conversations = 1_000_000
  @Option(help: "Events of the large log; 0 leaves its rows out.") var large = 10_000_000
  @Option(help: "Which rows to measure; all if none is named.") var only: [Rows] = []
  @Option(help: "The file the peers' numbers are in, as JSON.") var peers: String?
  @Option(help: "Where the JSON goes.") var json: String?
  @Option(help: "Where the table goes, as Markdown.") var markdown: String?

  func run() async throws {
    try FileManager.default.createDirectory(
      atPath: directory,
      withIntermediateDirectories: true,
    )
    defer { try? FileManager.default.removeItem(atPath: directory) }
    var report = Report(
      date: Date().ISO8601Format(),
      machine: Self.machine(),
      settings: ["events": events, "conversations": conversations, "large": large],
    )
    // The large log comes first: memory that other rows took would be counted as its own.
    if large > 0, measures(.large) { try measureLarge(&report) }
    var suite = try Suite(in: directory, events: events)
    if measures(.appends) || measures(.reads) {
      try suite.measureCeilings(&report)
      try await suite.measureAppends(&report)
      try suite.measurePeers(&report, peers)
    }
    if measures(.reads) { try suite.measureReads(&report) }
    if measures(.inboxes) { try suite.measureInboxes(&report, conversations: conversations) }
    try write(report)
  }

  private func measureLarge(_ report: inout Report) throws {
    try LargeLog(at: directory + "/large", events: large).measure(&report)
  }

  /// Rows that are measured together.
  enum Rows: String, ExpressibleByArgument, CaseIterable {
    case appends, reads, inboxes, large
  }

  private func measures(_ rows: Rows) -> Bool { only.isEmpty || only.contains(rows) }

  private func write(_ report: Report) throws {
    print(report.markdown)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    if let json { try encoder.encode(report).write(to: URL(fileURLWithPath: json)) }
    if let markdown {
      try report.markdown.write(toFile: markdown, atomically: true, encoding: .utf8)
    }
  }

  static func machine() -> String {
    let cpu = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let model = cpu.split(separator: "\n").first { $0.hasPrefix("model name") } ?? ""
    let name = model.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
    let cores = ProcessInfo.processInfo.activeProcessorCount
    return "\(cores) cores, \(name ?? "unknown processor"), "
      + ProcessInfo.processInfo.operatingSystemVersionString
  }
}
