import Foundation
import Glibc
import Testing

/// A process that writes a story into a ledger and acknowledges each order.
struct Writer {
  let tool: RunningTool
  private let output: URL
  private let error: URL

  /// The executable lies beside the tool's.
  static let path = URL(filePath: Tool.path).deletingLastPathComponent()
    .appending(path: "acknowledging-writer").path

  /// How a writer is started.
  struct Options {
    /// How many events wait in memory before the views are written; few, so that it happens often.
    var heldInMemory = 300
    /// The size of the map in MiB.
    var mapSize: Int?
    /// What the call becomes before it is run.
    var adapt: (Tool.Call) -> Tool.Call = { $0 }
  }

  init(_ ledger: LedgerFolder, _ orders: [Story.Order], _ options: Options = Options()) throws {
    let name = "writer-\(UUID().uuidString)"
    output = ledger.folder.appending(path: name + ".out")
    error = ledger.folder.appending(path: name + ".err")
    let file = ledger.folder.appending(path: name + ".orders")
    try Data(orders.map(\.line).joined().utf8).write(to: file)
    let size = options.mapSize.map { ["\($0)"] } ?? []
    let call = Tool.Call(
      executable: Self.path,
      arguments: [ledger.path, file.path, "\(options.heldInMemory)"] + size,
      input: Data(),
    )
    tool = try Tool.start(options.adapt(ledger.adapt(call)), output: output, error: error)
  }

  /// Waits until the process has said a number of bytes, or has ended.
  func waitForOutput(bytes: Int) {
    var status = stat()
    while tool.isRunning {
      if unsafe stat(output.path, &status) == 0, Int(status.st_size) >= bytes { return }
      usleep(200)
    }
  }

  /// Ends the process as a power cut would, and waits until it is gone.
  func kill() {
    if tool.identifier > 0 { _ = Glibc.kill(tool.identifier, SIGKILL) }
    tool.wait()
  }

  /// What the process has said.
  func report() throws -> Report {
    Report(
      output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
      error: String(decoding: try Data(contentsOf: error), as: UTF8.self),
    )
  }

  /// What a writer said: each line counts that was written to its end.
  struct Report {
    var acknowledgements: [(key: String, Acknowledgement)] = []
    /// The sentences of orders that failed or were refused.
    var failures: [String] = []
    var isClosed = false
    let error: String

    init(output: String, error: String) {
      self.error = error
      // Bytes are split, not characters: a report can have many lines.
      let lines = output.utf8.split(separator: 10, omittingEmptySubsequences: false).dropLast()
      for line in lines {
        let fields = line.split(separator: 9).map { String(Substring($0)) }
        switch fields.dropFirst().first {
        case "kept", "held":
          guard fields.count == 4, let position = UInt64(fields[2]) else { continue }
          let acknowledgement = Acknowledgement(
            position: position,
            conversation: fields[3],
            isRepeated: fields[1] == "held",
          )
          acknowledgements.append((fields[0], acknowledgement))
        case "failed", "refused": failures.append(fields.dropFirst(1).joined(separator: " "))
        default: isClosed = isClosed || fields == ["closed"]
        }
      }
    }
  }
}
