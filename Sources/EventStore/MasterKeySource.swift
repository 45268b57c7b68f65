import Crypto
import Foundation

/// Where the master key comes from.
///
/// However it comes, it is 64 hexadecimal digits; white space around and between them is ignored.
package enum MasterKeySource: Hashable, Sendable {
  /// A file, which is made with a new ledger.
  case file(String)
  /// The digits themselves, under the name they were given.
  case digits(String, name: String)
  /// A command that prints them, such as one that asks a key management service.
  case command(String)

  /// The source that environment variables name; `nil` if they name none.
  ///
  /// - Parameters:
  ///   - variables: The environment.
  ///   - name: The variable of the digits; with `_FILE` behind it that of a file's path, with
  ///     `_COMMAND` that of a command. An empty one counts as missing.
  /// - Throws: `KeyError` `.twoMasterKeys` if there are several.
  package init?(in variables: [String: String], named name: String) throws(KeyError) {
    let names = [name, name + "_FILE", name + "_COMMAND"]
    let given = names.filter { variables[$0]?.isEmpty == false }
    guard given.count < 2 else { throw .twoMasterKeys(given) }
    guard let variable = given.first, let value = variables[variable] else { return nil }
    self =
      switch variable {
      case name: .digits(value, name: name)
      case names[1]: .file(value)
      default: .command(value)
      }
  }

  /// Gets the key.
  ///
  /// - Parameter creating: Whether a file that is not there is made.
  /// - Returns: The key.
  /// - Throws: `KeyError` if there is none or it is malformed.
  package func key(creating: Bool) throws -> MasterKey {
    switch self {
    case .file(let path): try MasterKey(atPath: path, creating: creating)
    case .digits(let digits, let name): try MasterKey(digits: digits, from: name)
    case .command(let command): try MasterKey(digits: try output(of: command), from: description)
    }
  }

  /// Runs a command with the shell, and takes what it prints; what it says about failures goes to
  /// this process's standard error.
  private func output(of command: String) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", command]
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let printed = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw KeyError.failedCommand(status: process.terminationStatus)
    }
    return String(decoding: printed, as: UTF8.self)
  }
}

extension MasterKeySource {
  /// Whether the key lies in a file that is there.
  package var isFileThere: Bool {
    guard case .file(let path) = self else { return false }
    return FileManager.default.fileExists(atPath: path)
  }

  /// Takes the file away that a key was made in and nothing was wrapped under.
  package func removeFile() {
    guard case .file(let path) = self else { return }
    try? FileManager.default.removeItem(atPath: path)
  }
}

extension MasterKeySource: CustomStringConvertible {
  /// Where the key comes from, without the key.
  package var description: String {
    switch self {
    case .file(let path): path
    case .digits(_, let name): "the variable \(name)"
    case .command: "what the command for the master key prints"
    }
  }
}
