import Foundation
import Logging

extension Logger {
  /// The log of a server, on standard error.
  static func server(_ settings: ServeConfiguration.LogSettings) throws -> Logger {
    guard let level = Level(rawValue: settings.level) else {
      let levels = Level.allCases.map(\.rawValue).joined(separator: ", ")
      throw ConfigurationError("log.level is one of \(levels), not \(settings.level)")
    }
    var logger = Logger(label: "handover") { _ in ServerLog(settings.format) }
    logger.logLevel = level
    return logger
  }
}

/// Writes one line for each event to standard error: for eyes, or as JSON for programs.
struct ServerLog: LogHandler {
  var logLevel = Logger.Level.info
  var metadata = Logger.Metadata()
  private let format: ServeConfiguration.LogFormat

  init(_ format: ServeConfiguration.LogFormat) { self.format = format }

  subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var values = metadata.merging(event.metadata ?? [:]) { $1 }
    if let error = event.error { values["error"] = "\(error)" }
    let time = Date().ISO8601Format(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    let line =
      switch format {
      case .text: Self.text(time, event, values)
      case .json: Self.json(time, event, values)
      }
    try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
  }

  private static func text(
    _ time: String,
    _ event: LogEvent,
    _ values: Logger.Metadata,
  ) -> String {
    let details = values.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    let line = "\(time) \(event.level) \(event.message)\(details)"
    // A line stays a line, and steers no terminal, whatever a client wrote.
    return String(String.UnicodeScalarView(line.unicodeScalars.map { $0.isSteering ? " " : $0 }))
  }

  private static func json(
    _ time: String,
    _ event: LogEvent,
    _ values: Logger.Metadata,
  ) -> String {
    var members = values.mapValues { "\($0)" }
    members["time"] = time
    members["level"] = event.level.rawValue
    members["message"] = "\(event.message)"
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let line = (try? encoder.encode(members)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    guard line.unicodeScalars.contains(where: \.isSteering) else { return line }
    return line.unicodeScalars.reduce(into: "") { line, scalar in
      let digits = String(0x10000 | scalar.value, radix: 16).dropFirst()
      line += scalar.isSteering ? "\\u" + digits : String(scalar)
    }
  }
}

extension Unicode.Scalar {
  /// Whether the scalar steers a terminal instead of showing; none is beyond four digits.
  fileprivate var isSteering: Bool {
    properties.generalCategory == .control || properties.isBidiControl
  }
}
