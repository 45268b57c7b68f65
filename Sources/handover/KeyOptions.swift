import ArgumentParser
import Foundation

/// Which public key signed a checkpoint.
struct KeyOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("The log's public key.", valueName: "key"))
  var vkey: String?

  @Option(
    name: .long,
    help: ArgumentHelp("The file the log's public key is in.", valueName: "file"),
    completion: .file(),
  )
  var vkeyFile: String?

  func validate() throws {
    guard vkey == nil || vkeyFile == nil else {
      throw ValidationError("give --vkey or --vkey-file, not both")
    }
  }

  /// The key; `nil` if none was given.
  func key() throws -> String? { try vkey ?? vkeyFile.map { try GivenFile($0).text() } }
}

/// A file that is named on the command line.
struct GivenFile {
  let path: String

  init(_ path: String) { self.path = path }

  /// Its content.
  ///
  /// - Throws: `CommandFailure` that ends the process with 66.
  func bytes() throws -> [UInt8] {
    do {
      return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw CommandFailure(
        Failure.Code.noInput,
        "\(path) cannot be read: \(error.localizedDescription)",
      )
    }
  }

  /// Its content as a text, without the space around it.
  func text() throws -> String {
    String(decoding: try bytes(), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
