import Foundation
import Glibc
import Testing

/// A small file system in memory that only the calls of one test see: it is mounted in a mount
/// namespace of its own, and goes with the process that holds that.
final class SmallDisk {
  /// The ledger's folder lies on the small disk.
  let ledger: LedgerFolder
  private let holder: RunningTool
  private let disk: URL

  /// Whether this machine lets us mount; in a container without that right these tests are left
  /// out, and say so.
  static let isAllowed: Bool = {
    let folder = FileManager.default.temporaryDirectory.path
    let script = "mount -t tmpfs -o size=1m tmpfs '\(folder)' && nsenter -t $$ -m -- true"
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "exec unshare -m sh -c \"$0\"", script]
    process.standardError = FileHandle.nullDevice
    try? process.run()
    process.waitUntilExit()
    let isAllowed = process.terminationStatus == 0
    if !isAllowed {
      Effort.note("SKIPPED: a small disk needs unshare, nsenter, mount and the right to use them")
    }
    return isAllowed
  }()

  init(mebibytes: Int) throws {
    ledger = try LedgerFolder()
    disk = URL(filePath: ledger.path)
    try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
    let script = "mount -t tmpfs -o size=\(mebibytes)m tmpfs \"$0\" && echo ready && read -r end"
    let call = Tool.Call(
      executable: "/bin/sh",
      arguments: ["-c", "exec unshare -m sh -c \"$0\" \"$1\"", script, disk.path],
      input: nil,
    )
    let output = ledger.folder.appending(path: "disk.out")
    holder = try Tool.start(
      call,
      output: output,
      error: ledger.folder.appending(path: "disk.err"),
    )
    while try Data(contentsOf: output).isEmpty, holder.isRunning { usleep(1_000) }
    let namespace = holder.identifier
    ledger.adapt = { call in
      var inside = call
      inside.executable = "/usr/bin/env"
      inside.arguments =
        ["nsenter", "-t", "\(namespace)", "-m", "--", call.executable] + call.arguments
      return inside
    }
  }

  deinit {
    try? holder.endInput()
    holder.wait()
  }

  /// The disk, as a process outside of its namespace finds it.
  private var inside: String { "/proc/\(holder.identifier)/root\(disk.path)" }

  /// The bytes that are free.
  var freeByteCount: Int {
    var status = statvfs()
    guard unsafe statvfs(inside, &status) == 0 else { return 0 }
    return Int(status.f_bavail) * Int(status.f_frsize)
  }

  /// Takes up the disk until so many bytes are free.
  func fill(leaving free: Int) throws {
    let filler = inside + "/filler"
    if !FileManager.default.fileExists(atPath: filler) {
      _ = FileManager.default.createFile(atPath: filler, contents: nil)
    }
    let file = try FileHandle(forWritingTo: URL(filePath: filler))
    try file.seekToEnd()
    let page = Data(repeating: 7, count: 4_096)
    while freeByteCount >= free + page.count { try file.write(contentsOf: page) }
    try file.close()
  }

  /// Has the disk be read only, or written again.
  func remount(_ mode: String) throws {
    var call = ledger.call([])
    // The tool's path comes last, and this runs another program in its place.
    call.arguments.removeLast()
    call.arguments += ["mount", "-o", "remount,\(mode)", disk.path]
    #expect(try Tool.run(call, in: ledger.folder).exit == .code(0))
  }

  /// Frees what was taken up.
  func clear() throws { try FileManager.default.removeItem(atPath: inside + "/filler") }
}
