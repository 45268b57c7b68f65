import Foundation
import Glibc
import Synchronization

/// `handover serve` as a process of its own, the way clients meet it.
final class ServerProcess: @unchecked Sendable {
  /// Where it listens, without the last slash.
  let url: String
  private let process: Process
  private let ended: DispatchSemaphore
  private let errorLog: URL

  /// How long a start may take on a busy machine before it counts as failed.
  private static let startLimit = DispatchTimeInterval.seconds(120)
  /// How long a stop may take before the process is killed.
  private static let stopLimit = DispatchTimeInterval.seconds(60)

  /// Why a server did not start: what it wrote on standard error.
  struct DidNotStart: Error, CustomStringConvertible {
    let description: String
    let status: Int32
  }

  /// Starts a server on a free port, and waits until it listens.
  ///
  /// - Parameters:
  ///   - ledger: The ledger's folder.
  ///   - arguments: Flags beside `--ledger`, `--port 0` and `--json`.
  ///   - environment: Variables to set.
  /// - Returns: The running server.
  /// - Throws: `DidNotStart` with its exit code and what it wrote.
  static func start(
    ledger: URL,
    arguments: [String] = [],
    environment: [String: String] = [:],
  ) async throws -> ServerProcess {
    try await onThread {
      try ServerProcess(ledger, ["serve", "--port", "0", "--json"] + arguments, environment)
    }
  }

  private init(_ ledger: URL, _ arguments: [String], _ environment: [String: String]) throws {
    errorLog = ledger.appendingPathExtension("serve-\(UUID().uuidString).err")
    guard FileManager.default.createFile(atPath: errorLog.path, contents: nil) else {
      throw DidNotStart(description: "\(errorLog.path) cannot be made", status: -1)
    }
    let (process, ended, output) = (Process(), DispatchSemaphore(value: 0), Pipe())
    process.executableURL = URL(filePath: Tool.path)
    process.arguments = arguments + ["--ledger", ledger.path]
    process.environment = ProcessInfo.processInfo.environment
      .filter { !$0.key.hasPrefix("HANDOVER_") }
      .merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
      .merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: errorLog)
    process.terminationHandler = { _ in ended.signal() }
    try process.run()
    try output.fileHandleForWriting.close()
    let line = Self.firstLine(of: output.fileHandleForReading)
    guard let place = try? JSONDecoder().decode(Place.self, from: line) else {
      if ended.wait(timeout: .now() + Self.startLimit) == .timedOut {
        // A process that runs has no status yet.
        kill(process.processIdentifier, SIGKILL)
        ended.wait()
      }
      let words = (try? String(contentsOf: errorLog, encoding: .utf8)) ?? ""
      throw DidNotStart(description: words, status: process.terminationStatus)
    }
    (self.process, self.ended) = (process, ended)
    url = String(place.url.dropLast())
  }

  private struct Place: Decodable {
    let url: String
    let port: Int
  }

  /// The bytes up to the first line's end, or all if there is none.
  private static func firstLine(of handle: FileHandle) -> Data {
    var line = Data()
    while let byte = try? handle.read(upToCount: 1), !byte.isEmpty, byte[0] != 0x0A {
      line.append(byte)
    }
    return line
  }

  /// The port it listens on.
  var port: Int { URL(string: url)?.port ?? 0 }

  /// What it wrote on standard error.
  var log: String { (try? String(contentsOf: errorLog, encoding: .utf8)) ?? "" }

  /// The process's identifier.
  var identifier: Int32 { process.processIdentifier }

  /// Asks it to stop with a signal, and waits until it has ended.
  ///
  /// - Returns: Its exit code, or the signal that ended it as a negative number.
  @discardableResult
  func stop(_ signal: Int32 = SIGTERM) async throws -> Int32 {
    kill(process.processIdentifier, signal)
    return try await wait()
  }

  /// Waits until it has ended by itself; kills it if that takes too long.
  func wait() async throws -> Int32 {
    try await onThread { [self] in
      if ended.wait(timeout: .now() + Self.stopLimit) == .timedOut {
        kill(process.processIdentifier, SIGKILL)
        ended.wait()
      }
      ended.signal()
      let status = process.terminationStatus
      return process.terminationReason == .exit ? status : -status
    }
  }
}

/// Runs what blocks on a thread of its own, so that no thread of the cooperative pool waits.
func onThread<Result: Sendable>(
  _ body: @escaping @Sendable () throws -> Result
) async throws -> Result {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Swift.Result { try body() }) }
  }
}
