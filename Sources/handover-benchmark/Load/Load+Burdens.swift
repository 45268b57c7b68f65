import Foundation
import Glibc

/// How many ask costly questions at once.
private let askerCount = 8
/// The messages that they search.
private let messageCount = 200_000
/// The connections that ask for ten megabytes each and read nothing.
private let silentCount = 100

extension Load {
  /// Measures what others notice of those who ask much, and of those who read nothing.
  func measureBurdens(_ report: inout Report) throws {
    let scene = try LoadScene(
      in: directory + "/burdened",
      tool: tool,
      conversations: 256,
      messages: messageCount,
    )
    defer { scene.server.stop() }
    try measureReadiness(&report, scene, "nobody asks")
    let (port, seconds) = (scene.server.port, seconds)
    let requests = try (0..<askerCount).map(scene.search)
    let group = DispatchGroup()
    DispatchQueue.global().async(group: group) {
      let load = try? HTTPLoad(port: port, requests: requests)
      _ = load?.run(for: .seconds(seconds * 2 + 2), expecting: 200...599)
    }
    Thread.sleep(forTimeInterval: 1)
    try measureReadiness(&report, scene, "\(askerCount) search \(messageCount) messages")
    let posts = try HTTPLoad(port: port, requests: [scene.messages(1)])
    let outcome = posts.run(for: .seconds(seconds))
    report.add("message posts then, p99", outcome.times.percentile(0.99), "µs")
    group.wait()
    try measureSilence(&report, scene)
  }

  private func measureReadiness(
    _ report: inout Report,
    _ scene: LoadScene,
    _ circumstance: String,
  ) throws {
    let load = try HTTPLoad(port: scene.server.port, requests: [scene.readiness])
    let times = load.run(for: .seconds(seconds)).times
    report.add("/readyz while \(circumstance), p50", times.percentile(0.5), "µs")
    report.add("/readyz while \(circumstance), p99", times.percentile(0.99), "µs")
    report.add("/readyz while \(circumstance), worst", times.last ?? 0, "µs")
  }

  /// Opens connections that ask for a large answer and never read it.
  private func measureSilence(_ report: inout Report, _ scene: LoadScene) throws {
    let before = scene.server.ownMemory
    var descriptors: [Int32] = []
    defer { for descriptor in descriptors { close(descriptor) } }
    for _ in 0..<silentCount {
      let descriptor = try HTTPLoad.connect(scene.server.port)
      descriptors.append(descriptor)
      _ = unsafe send(descriptor, scene.longTranscript, scene.longTranscript.count, 0)
    }
    Thread.sleep(forTimeInterval: Double(seconds) * 2)
    let memory = Double(scene.server.ownMemory - before) / Double(1 << 20)
    report.add("memory for \(silentCount) that ask for 10 MB and read nothing", memory, "MiB")
    try measureReadiness(&report, scene, "they are there")
  }
}
