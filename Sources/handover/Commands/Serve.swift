import ArgumentParser
import ConversationLedger
import Foundation
import LedgerHTTP

/// Serves a ledger over HTTP.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve the ledger over HTTP: the webhook, the interface, the inbox page.",
    discussion: """
      Prints the address when it listens; stops on SIGTERM or SIGINT when the running requests are
      answered. Settings come from the file, then the environment (HANDOVER_…), then the flags; the
      later ones win. With --check they are only validated.

      Example:
        handover serve --port 8080
        handover serve --config handover.yaml --check
      """,
  )

  @Option(name: .long, help: "The address to bind to; standard: 127.0.0.1.") var address: String?
  @Option(name: .long, help: "The port; 0 takes a free one; standard: 8080.") var port: Int?
  @Option(name: .long, help: "How log lines look: text or json.") var logFormat: String?
  @Flag(name: .long, help: "Validate the settings, and serve nothing.") var check = false
  @Flag(name: .long, help: "Take the clock for right, whatever it says and however it leaps.")
  var acceptClock = false
  @Flag(name: .long, help: "Print one JSON value on standard output.") var json = false
  @OptionGroup var settings: SettingOptions

  func run() async throws {
    let configuration = try settings.configuration { configuration in
      for (name, value) in [
        ("address", address), ("port", port.map(String.init)), ("log.format", logFormat),
      ] {
        guard let value else { continue }
        try configuration.set(name, to: value, from: "--" + name.replacing(".", with: "-"))
      }
    }
    let server = try await LedgerServer(configuration, checking: check)
    if check {
      return Terminal.print(json ? #"{"valid":true}"# : "the settings are valid")
    }
    let ledger = try open(configuration)
    defer { ledger.close() }
    let json = json
    try await server.run(on: ledger) { place in
      Terminal.print(json ? #"{"port":\#(place.port),"url":"\#(place.url)"}"# : place.url)
    }
  }

  /// Opens the ledger, or makes one.
  private func open(_ configuration: ServeConfiguration) throws -> Ledger {
    var options = Ledger.Options()
    options.mapSizeInBytes = configuration.mapSizeInMiB.map { $0 << 20 }
    let bar = ProgressBar("building views")
    options.progress = { bar.show($0, of: $1) }
    options.acceptsClock = acceptClock
    options.warn = { Terminal.warn($0) }
    let ledger = try Ledger(
      at: configuration.ledger,
      for: .writing(creating: true),
      options: options,
    )
    if let warning = ledger.clockWarning() { Terminal.warn("\(warning)") }
    return ledger
  }
}

/// Where the settings of the server come from.
struct SettingOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp("The file of the settings, in YAML.", valueName: "file"),
    completion: .file(),
  )
  var config: String?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("One setting, stronger than all others.", valueName: "name=value"),
  )
  var settings: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp("The ledger's folder; standard: ./ledger-data.", valueName: "dir"),
    completion: .directory,
  )
  var ledger: String?

  /// The settings of the file, the environment and the flags, in rising strength.
  ///
  /// - Parameter flags: Sets what a command has flags of its own for.
  /// - Returns: The settings.
  /// - Throws: `ConfigurationError` for the first that is wrong.
  func configuration(
    _ flags: (inout ServeConfiguration) throws -> Void = { _ in }
  ) throws -> ServeConfiguration {
    var configuration = ServeConfiguration()
    if let config { try configuration.read(file: config) }
    let unknown = try configuration.read(environment: ProcessInfo.processInfo.environment)
    for variable in unknown {
      Terminal.note("handover: the variable \(variable) is no setting and is left aside")
    }
    try flags(&configuration)
    if let ledger { configuration.ledger = ledger }
    for setting in settings {
      guard let equals = setting.firstIndex(of: "=") else {
        throw ValidationError("--set is name=value, not \(setting)")
      }
      let value = String(setting[setting.index(after: equals)...])
      try configuration.set(String(setting[..<equals]), to: value, from: "--set")
    }
    try configuration.check()
    return configuration
  }
}
