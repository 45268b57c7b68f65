import ConversationLedger
import Foundation
import Glibc

/// Standard output and standard error, and what is known of the terminal behind them.
enum Terminal {
  /// Whether standard output is a terminal.
  static let isInteractive = isatty(STDOUT_FILENO) == 1
  /// Whether progress may be shown: standard error is a terminal.
  static let showsProgress = isatty(STDERR_FILENO) == 1
  /// Whether colours are wanted: on a terminal, unless NO_COLOR says otherwise (no-color.org).
  static let showsColour =
    isInteractive && ProcessInfo.processInfo.environment["NO_COLOR"] == nil

  /// How many columns the terminal has; none if the output goes elsewhere.
  static var width: Int? {
    guard isInteractive else { return nil }
    var size = winsize()
    // Safety: the call fills in the structure it is given.
    guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return Int(size.ws_col)
  }

  /// Writes a line to standard output, what would steer a terminal made visible.
  static func print(_ line: String) { print(bare: harmless(line)) }

  /// Writes a line of our own to standard output as it is.
  static func print(bare line: String) { write(Data((line + "\n").utf8)) }

  /// Writes bytes to standard output; on a terminal, what would steer it is made visible.
  ///
  /// - Parameters:
  ///   - bytes: A whole text, so that no character is cut in two.
  ///   - form: How a character is made visible.
  static func write(_ bytes: Data, showing form: VisibleForm) {
    guard isInteractive else { return write(bytes) }
    write(Data(harmless(String(decoding: bytes, as: UTF8.self), in: form).utf8))
  }

  /// Writes bytes to standard output as they are.
  ///
  /// A reader that has gone, as `head` does, ends the process without a word; any other failure
  /// ends it with the exit code for input and output.
  static func write(_ bytes: Data) {
    let code = put(bytes, to: STDOUT_FILENO)
    guard code != 0 else { return }
    if code != EPIPE {
      // Safety: the C string is static or thread-local and is copied at once.
      let reason = unsafe String(cString: strerror(code))
      note("handover: standard output cannot be written: \(reason)")
    }
    exit(code == EPIPE ? 0 : Failure.Code.inputOutput)
  }

  /// Writes all bytes to a descriptor; answers 0, or the error that stopped it.
  private static func put(_ bytes: Data, to descriptor: CInt) -> CInt {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      // Safety: the buffer outlives the call.
      let count = unsafe rest.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
      }
      if count < 0, errno != EINTR { return errno }
      rest = rest.dropFirst(max(count, 0))
    }
    return 0
  }

  /// Writes a line to standard error, what would steer a terminal made visible.
  ///
  /// Errors and refusals repeat what others wrote, so all of them go through here.
  static func note(_ line: String) {
    _ = put(Data((harmless(line) + "\n").utf8), to: STDERR_FILENO)
  }

  /// Writes some lines to standard error, what would steer a terminal made visible.
  static func note(lines: String) {
    _ = put(Data((harmless(lines, in: .lines) + "\n").utf8), to: STDERR_FILENO)
  }

  /// Writes a warning to standard error.
  static func warn(_ sentence: String) { note("handover: warning: \(sentence)") }

  /// A text in bold, on a terminal with colours.
  static func bold(_ text: String) -> String {
    showsColour ? "\u{1B}[1m\(text)\u{1B}[0m" : text
  }
}

/// Writes a value as one JSON value on standard output.
func printJSON(_ value: some Encodable) throws {
  Terminal.write(Data(try JSONText.bytes(of: value) + [UInt8(ascii: "\n")]), showing: .json)
}
