import ArgumentParser
import ConversationLedger
import Conversations
import Foundation

/// Measures the server on this machine, against a bare route of its own and against the library.
struct Load: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure handover serve: posts, reads while writing, idle followers."
  )

  @Option(help: "The folder for the files; removed at the end.")
  var directory = "./.benchmark/load"
  @Option(help: "The program to serve with.") var tool: String
  @Option(help: "The seconds of each measurement.") var seconds = 5
  @Option(help: "The idle followers.") var followers = 2_000
  @Option(help: "How many connections post at once, one number a measurement.")
  var widths = [1, 16, 64, 256]
  @Option(help: "Measure only these: \(Part.allCases.map(\.rawValue).joined(separator: ", ")).")
  var parts = Part.allCases
  @Option(help: "Where the table goes, as Markdown.") var markdown: String?

  /// What is measured.
  enum Part: String, CaseIterable, ExpressibleByArgument {
    case posts, reads, followers, burdens
  }

  func run() async throws {
    try FileManager.default.createDirectory(
      atPath: directory,
      withIntermediateDirectories: true,
    )
    defer { try? FileManager.default.removeItem(atPath: directory) }
    var report = Report(
      date: Date().ISO8601Format(),
      machine: Benchmark.machine(),
      settings: ["seconds": seconds, "followers": followers],
    )
    let library = parts.contains(.posts) ? try await measureLibrary(&report) : [:]
    var scene = try LoadScene(in: directory, tool: tool, conversations: 256)
    defer { scene.server.stop() }
    // Handovers without end make rows without end, so the inboxes are read before.
    if parts.contains(.reads) { try measureReads(&report, scene) }
    if parts.contains(.posts) { try measurePosts(&report, scene, library) }
    if parts.contains(.followers) { try measureFollowers(&report, &scene) }
    if parts.contains(.burdens) { try measureBurdens(&report) }
    print(report.markdown)
    if let markdown {
      try report.markdown.write(toFile: markdown, atomically: true, encoding: .utf8)
    }
  }

  /// The library's own rate, by how many callers ask at once.
  private func measureLibrary(_ report: inout Report) async throws -> [Int: Double] {
    var fixture = try Fixture(at: directory + "/library")
    try fixture.start(256)
    defer { fixture.ledger.close() }
    var rates: [Int: Double] = [:]
    for width in widths {
      let end = ContinuousClock.now + .seconds(seconds)
      let done = try await withThrowingTaskGroup(of: Int.self) { group in
        for caller in 0..<width {
          group.addTask { [fixture] in
            var count = 0
            while ContinuousClock.now < end {
              _ = try await fixture.ledger.submit([fixture.post(caller)])
              count += 1
            }
            return count
          }
        }
        return try await group.reduce(0, +)
      }
      rates[width] = Double(done) / Double(seconds)
      report.add("library, \(width) callers", rates[width] ?? 0, "events/s")
    }
    return rates
  }

  private func measurePosts(
    _ report: inout Report,
    _ scene: LoadScene,
    _ library: [Int: Double],
  ) throws {
    for width in widths {
      let hello = try measure(&report, "bare route", width, scene) { _ in scene.hello }
      try measure(&report, "posts nobody takes", width, scene, expecting: 404...404, scene.strays)
      let direct = library[width] ?? 0
      let bound = min(hello, direct)
      for (name, requests) in [
        ("message posts", scene.messages), ("webhook posts", scene.handovers),
      ] {
        let rate = try measure(&report, name, width, scene, requests)
        let isBar = width == 64
        report.add(
          "\(name), \(width) connections, of the bare route",
          rate,
          "events/s",
          ratio: rate / hello,
          to: "bare route",
        )
        report.add(
          "\(name), \(width) connections, of the lower of both",
          rate,
          "events/s",
          ratio: rate / bound,
          to: hello < direct ? "bare route" : "library",
          bar: isBar ? "≥ 0.5" : nil,
          reached: isBar ? rate / bound >= 0.5 : nil,
        )
      }
    }
  }

  /// Runs requests over some connections and adds rate and times.
  @discardableResult
  private func measure(
    _ report: inout Report,
    _ name: String,
    _ width: Int,
    _ scene: LoadScene,
    expecting expected: ClosedRange<Int> = 200...299,
    _ requests: (Int) -> [[UInt8]],
  ) throws -> Double {
    let load = try HTTPLoad(port: scene.server.port, requests: (0..<width).map(requests))
    let outcome = load.run(for: .seconds(seconds), expecting: expected)
    let title = "\(name), \(width) connections"
    report.add(title, outcome.rate, "answers/s")
    report.add(title + ", p50", outcome.times.percentile(0.5), "µs")
    report.add(title + ", p99", outcome.times.percentile(0.99), "µs")
    if outcome.failures > 0 { report.add(title + ", failures", Double(outcome.failures), "") }
    return outcome.rate
  }

  /// Reads inboxes from four connections while sixteen write.
  private func measureReads(_ report: inout Report, _ scene: LoadScene) throws {
    let (port, seconds) = (scene.server.port, seconds)
    let requests = (0..<16).map(scene.messages)
    let writing = DispatchQueue.global()
    let group = DispatchGroup()
    writing.async(group: group) {
      _ = try? HTTPLoad(port: port, requests: requests).run(for: .seconds(seconds + 1))
    }
    try measure(&report, "inbox pages while 16 write", 4, scene, scene.inboxes)
    group.wait()
  }

  /// Opens followers that hear of nothing, and says what they take.
  private func measureFollowers(_ report: inout Report, _ scene: inout LoadScene) throws {
    let before = scene.server.ownMemory
    var descriptors: [Int32] = []
    defer { for descriptor in descriptors { close(descriptor) } }
    for _ in 0..<followers {
      let descriptor = try HTTPLoad.connect(scene.server.port)
      descriptors.append(descriptor)
      _ = unsafe send(descriptor, scene.follow, scene.follow.count, 0)
    }
    Thread.sleep(forTimeInterval: 3)
    let memory = Double(scene.server.ownMemory - before) / Double(followers) / 1_024
    report.add("memory of an idle follower, of \(followers)", memory, "KiB")
    let used = scene.server.processorSeconds
    Thread.sleep(forTimeInterval: Double(seconds) * 2)
    let share = (scene.server.processorSeconds - used) / Double(seconds * 2)
    report.add("processor of \(followers) idle followers", share * 100, "% of one")
    try measure(&report, "message posts beside them", 16, scene, scene.messages)
  }
}
