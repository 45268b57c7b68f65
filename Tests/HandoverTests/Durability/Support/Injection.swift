import Foundation
import Testing

/// Has a system call of a process fail, or end it, by `strace`.
struct Injection: CustomStringConvertible {
  /// The calls by which the tool and the library write, flush and name files.
  static let calls = [
    "pwrite64", "pwritev", "writev", "fdatasync", "fsync", "ftruncate", "fallocate", "rename",
    "mkdir", "unlink",
  ]

  var call: String
  /// The how many-th such call it is.
  var number: Int
  var effect: Effect

  /// What happens instead of the call.
  enum Effect: String {
    /// It fails this once.
    case failure = "error=EIO"
    /// It and all after it fail.
    case lastingFailure = "error=EIO:lasting"
    /// The disk is full, this once.
    case fullDisk = "error=ENOSPC"
    /// The process ends.
    case death = "signal=SIGKILL"
  }

  var description: String { "\(call) \(number): \(effect.rawValue)" }

  /// Where `strace` lies; none if this machine has none, or may not trace.
  static let path: String? = {
    let folders = ["/usr/bin", "/bin", "/usr/local/bin"]
    let found = folders.map { $0 + "/strace" }.first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
    guard let found, mayTrace(found) else {
      Effort.note("SKIPPED: failing system calls need strace and the right to trace")
      return nil
    }
    return found
  }()

  private static func mayTrace(_ path: String) -> Bool {
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = ["-qq", "-o", "/dev/null", "/bin/true"]
    process.standardError = FileHandle.nullDevice
    try? process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  /// A call under `strace` in which this happens.
  func adapt(_ call: Tool.Call) -> Tool.Call {
    let setting =
      switch effect {
      case .lastingFailure: "\(Effect.failure.rawValue):when=\(number)+"
      case .failure, .fullDisk, .death: "\(effect.rawValue):when=\(number)"
      }
    let options = ["-e", "trace=\(self.call)", "-e", "inject=\(self.call):\(setting)"]
    return Self.traced(call, ["-o", "/dev/null"] + options)
  }

  private static func traced(_ call: Tool.Call, _ options: [String]) -> Tool.Call {
    var traced = call
    traced.executable = path ?? ""
    traced.arguments = ["-f", "-qq"] + options + [call.executable] + call.arguments
    return traced
  }

  /// All places of an undisturbed run where something can happen.
  static func places(of call: Tool.Call, in folder: URL) throws -> [(call: String, number: Int)] {
    let trace = folder.appending(path: "trace-\(UUID().uuidString)")
    let options = ["-o", trace.path, "-e", "trace=\(calls.joined(separator: ","))"]
    let answer = try Tool.run(traced(call, options), in: folder)
    #expect(answer.exit == .code(0), "\(answer.standardError)")
    let lines = String(decoding: try Data(contentsOf: trace), as: UTF8.self).split(separator: "\n")
    return calls.flatMap { call in
      let count = lines.count { $0.contains(" \(call)(") }
      return (0..<count).map { (call, $0 + 1) }
    }
  }
}
