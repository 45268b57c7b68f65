import Foundation
import Testing

/// A ledger in a folder of its own, which goes when the test is over.
final class LedgerFolder {
  /// The folder for the ledger and for files beside it.
  let folder: URL

  /// What every call on the ledger becomes before it is run.
  var adapt: (Tool.Call) -> Tool.Call = { $0 }

  /// The ledger.
  var path: String { folder.appending(path: "ledger").path }

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appending(path: "handover-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  /// Holds a copy of a ledger that lies in the repository, whose files are anybody's to read there.
  convenience init(holding golden: URL) throws {
    try self.init()
    let copy = URL(filePath: path)
    try FileManager.default.copyItem(at: golden, to: copy)
    let files = FileManager.default.enumerator(at: copy, includingPropertiesForKeys: nil)
    for case let file as URL in files ?? .init() {
      let isFolder = file.hasDirectoryPath
      try FileManager.default.setAttributes(
        [.posixPermissions: isFolder ? 0o700 : 0o600],
        ofItemAtPath: file.path,
      )
    }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// Calls the tool and expects an exit code.
  @discardableResult
  func run(
    _ arguments: String...,
    input: Data = Data(),
    exits code: Int32 = 0,
    sourceLocation: SourceLocation = #_sourceLocation,
  ) throws -> Answer {
    try run(arguments, input: input, exits: code, sourceLocation: sourceLocation)
  }

  /// Calls the tool and expects an exit code.
  @discardableResult
  func run(
    _ arguments: [String],
    input: Data = Data(),
    exits code: Int32 = 0,
    sourceLocation: SourceLocation = #_sourceLocation,
  ) throws -> Answer {
    let answer = try answer(to: arguments, input: input)
    #expect(
      answer.exit == .code(code),
      "\(arguments): \(answer.standardError)",
      sourceLocation: sourceLocation,
    )
    return answer
  }

  /// Calls the tool, however it ends.
  func answer(to arguments: [String], input: Data = Data()) throws -> Answer {
    try Tool.run(call(arguments, input: input), in: folder)
  }

  /// Calls the tool with `--json` and reads its answer.
  func read<Value: Decodable>(
    _ type: Value.Type,
    _ arguments: String...,
    exits code: Int32 = 0,
    sourceLocation: SourceLocation = #_sourceLocation,
  ) throws -> Value {
    // Behind a lone `--` nothing is an option.
    let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
    let arguments = arguments[..<end] + ["--json"] + arguments[end...]
    return try run(Array(arguments), exits: code, sourceLocation: sourceLocation).json(type)
  }

  /// Calls the tool and does not wait; its input stays open.
  func start(_ arguments: String...) throws -> RunningTool { try start(arguments) }

  /// Calls the tool and does not wait; its input stays open.
  func start(_ arguments: [String]) throws -> RunningTool {
    let name = UUID().uuidString
    return try Tool.start(
      call(arguments, input: nil),
      output: folder.appending(path: name + ".out"),
      error: folder.appending(path: name + ".err"),
    )
  }

  /// A call of the tool on this ledger.
  func call(_ arguments: [String], input: Data? = Data()) -> Tool.Call {
    adapt(
      Tool.Call(arguments: arguments, input: input, environment: ["HANDOVER_LEDGER": path])
    )
  }

  /// Writes a file beside the ledger and returns its path.
  func file(_ name: String, _ content: Data) throws -> String {
    let file = folder.appending(path: name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(),
      withIntermediateDirectories: true,
    )
    try content.write(to: file)
    return file.path
  }

  /// Writes lines of JSON beside the ledger and returns the file's path.
  func file(_ name: String, lines: [Line]) throws -> String {
    try file(name, Data(try lines.map { try $0.bytes + [UInt8(ascii: "\n")] }.joined()))
  }
}
