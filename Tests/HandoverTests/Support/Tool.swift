import Foundation
import Glibc
import Synchronization
import Testing

/// The tool as a process of its own, the way people and scripts meet it.
enum Tool {
  /// The most a call may take before it is killed; a call that is killed fails its test.
  private static let limit = DispatchTimeInterval.seconds(120)

  /// The executable: it lies beside the bundle of these tests.
  static let path: String = {
    let bundle = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
    let folders = sequence(first: bundle.deletingLastPathComponent()) { folder in
      folder.path == "/" ? nil : folder.deletingLastPathComponent()
    }
    let found = folders.lazy.map { $0.appending(path: "handover").path }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
    return found ?? "handover"
  }()

  /// A call: what is run, and what it is given.
  struct Call {
    var executable = Tool.path
    var arguments: [String]
    /// Standard input; `nil` for a pipe that stays open.
    var input: Data?
    var environment: [String: String] = [:]
    var folder = Clone.samples
    /// Where standard output goes instead of into the answer.
    var outputPath: String?
  }

  /// Runs a call to its end.
  ///
  /// Standard output and error go through files, so that no answer is too long for a pipe.
  static func run(_ call: Call, in scratch: URL) throws -> Answer {
    let name = "call-\(calls.add(1, ordering: .relaxed).newValue)"
    let output = scratch.appending(path: name + ".out")
    let error = scratch.appending(path: name + ".err")
    let running = try start(call, output: output, error: error)
    running.wait(limit)
    let answer = Answer(
      standardOutput: call.outputPath == nil ? try Data(contentsOf: output) : Data(),
      standardError: String(decoding: try Data(contentsOf: error), as: UTF8.self),
      exit: running.exit,
    )
    for file in [output, error] { try? FileManager.default.removeItem(at: file) }
    return answer
  }

  /// Starts a call and does not wait for it.
  static func start(_ call: Call, output: URL, error: URL) throws -> RunningTool {
    let process = Process()
    process.executableURL = URL(filePath: call.executable)
    process.arguments = call.arguments
    process.currentDirectoryURL = call.folder
    process.environment = ProcessInfo.processInfo.environment
      .filter { $0.key != "HANDOVER_LEDGER" }
      .merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
      .merging(call.environment) { $1 }
    let pipe = call.input == nil ? Pipe() : nil
    let files = try [
      input(of: call, at: error), handle(writing: call.outputPath ?? output.path),
      handle(writing: error.path),
    ]
    // Foundation keeps a process's handles open beyond its end, so they are closed here.
    defer { for file in files { try? file.close() } }
    process.standardInput = pipe ?? files[0]
    process.standardOutput = files[1]
    process.standardError = files[2]
    let running = RunningTool(process, pipe?.fileHandleForWriting)
    try process.run()
    return running
  }

  /// A handle to read a call's input from.
  private static func input(of call: Call, at place: URL) throws -> FileHandle {
    guard let input = call.input, !input.isEmpty else { return FileHandle.nullDevice }
    let file = place.appendingPathExtension("in")
    try input.write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try FileHandle(forReadingFrom: file)
  }

  private static func handle(writing path: String) throws -> FileHandle {
    if !FileManager.default.fileExists(atPath: path) {
      _ = FileManager.default.createFile(atPath: path, contents: nil)
    }
    return try FileHandle(forWritingTo: URL(filePath: path))
  }

  private static let calls = Atomic(0)
}

/// A call that may still be running.
final class RunningTool: @unchecked Sendable {
  /// Used by the thread that made it; Foundation guards what its own thread touches.
  private let process: Process
  private let input: FileHandle?
  private let ended = DispatchSemaphore(value: 0)

  init(_ process: Process, _ input: FileHandle?) {
    self.process = process
    self.input = input
    process.terminationHandler = { [ended] _ in ended.signal() }
  }

  /// Writes to the process's standard input.
  func write(_ bytes: Data) throws { try input?.write(contentsOf: bytes) }

  /// Says that no more input comes.
  func endInput() throws { try input?.close() }

  /// Waits for the end; kills the process if that takes too long.
  func wait(_ limit: DispatchTimeInterval = .seconds(120)) {
    if ended.wait(timeout: .now() + limit) == .timedOut {
      // Zero would stand for this process and all of its kin.
      if process.processIdentifier > 0 { kill(process.processIdentifier, SIGKILL) }
      ended.wait()
    }
    ended.signal()
  }

  /// Whether the process goes on.
  var isRunning: Bool { process.isRunning }

  /// The process's identifier.
  var identifier: Int32 { process.processIdentifier }

  /// Ends the process, whatever signals it was started with blocked.
  func end() { if process.processIdentifier > 0 { kill(process.processIdentifier, SIGKILL) } }

  /// How it ended; only after `wait`.
  var exit: Answer.Exit {
    process.terminationReason == .exit
      ? .code(process.terminationStatus) : .signal(process.terminationStatus)
  }
}
