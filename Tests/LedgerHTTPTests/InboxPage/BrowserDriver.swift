import AsyncHTTPClient
import Conversations
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The driver of Chromium, a process of its own that speaks WebDriver
/// (https://www.w3.org/TR/webdriver2/).
final class BrowserDriver: @unchecked Sendable {
  private let process: Process
  private let url: String
  private let sessions = Mutex<[String]>([])

  /// How long a browser may take to start, or to find something, on a busy machine.
  static let patience = Duration.seconds(90)

  /// Why these tests cannot run here; `nil` if they can.
  static let absence: String? = {
    if path(of: ["chromedriver"]) == nil { return "there is no chromedriver; run tools/install" }
    return path(of: browserNames) == nil ? "there is no chromium; run tools/install" : nil
  }()

  private static let browserNames = ["chromium", "chromium-browser", "google-chrome"]

  private static func path(of names: [String]) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return names.lazy.flatMap { name in folders.map { "\($0)/\(name)" } }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// What went wrong in the browser, or in its driver.
  struct Fault: Error, CustomStringConvertible {
    let description: String
  }

  /// Starts a driver, runs a body, and ends the driver with all its browsers.
  static func with(_ body: (BrowserDriver) async throws -> Void) async throws {
    let driver = try await onThread { try start() }
    do {
      try await body(driver)
    } catch {
      await driver.end()
      throw error
    }
    await driver.end()
  }

  /// Closes the browsers, and then the driver, which would leave them behind.
  private func end() async {
    for session in sessions.withLock({ $0 }) {
      _ = try? await call("DELETE", "/session/\(session)")
    }
    // It was started with SIGTERM blocked, as threads of Dispatch have it.
    kill(process.processIdentifier, SIGKILL)
  }

  /// Starts a driver.
  ///
  /// It takes a free port of IPv6 and ends if another process has the same one of IPv4.
  private static func start() throws -> BrowserDriver {
    for _ in 0..<4 {
      if let driver = try? BrowserDriver() { return driver }
    }
    return try BrowserDriver()
  }

  private init() throws {
    guard let path = Self.path(of: ["chromedriver"]) else {
      throw Fault(description: Self.absence ?? "")
    }
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(filePath: path)
    process.arguments = ["--port=0"]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    self.process = process
    var said = ""
    while true {
      let bytes = output.fileHandleForReading.availableData
      guard !bytes.isEmpty else { throw Fault(description: "chromedriver ended: \(said)") }
      said += String(decoding: bytes, as: UTF8.self)
      if let port = said.firstMatch(of: /started successfully on port (\d+)/)?.output.1 {
        url = "http://127.0.0.1:\(port)"
        return
      }
    }
  }

  /// Opens a browser of its own: with its own cookies, and nothing remembered.
  func browser(
    width: Int = 1280,
    height: Int = 800,
    prefersDark: Bool = false,
  ) async throws -> Browser {
    var arguments: [JSONValue] = [
      "--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
      "--lang=en-GB", "--force-color-profile=srgb", "--window-size=\(width),\(height)",
    ].map { .string($0) }
    // Chromium refuses to run its sandbox as root.
    if getuid() == 0 { arguments.append(.string("--no-sandbox")) }
    if prefersDark { arguments.append(.string("--force-dark-mode")) }
    let path = Self.path(of: Self.browserNames) ?? ""
    let options: JSONValue = .object(["binary": .string(path), "args": .array(arguments)])
    let wanted: JSONValue = .object([
      "goog:chromeOptions": options,
      "goog:loggingPrefs": .object(["browser": .string("ALL")]),
    ])
    let answer = try await call(
      "POST",
      "/session",
      .object(["capabilities": .object(["alwaysMatch": wanted])]),
    )
    guard let id = answer["sessionId"]?.text else { throw Fault(description: "\(answer)") }
    sessions.withLock { $0.append(id) }
    let browser = Browser(self, id)
    try await browser.resize(width, height)
    if prefersDark { try await browser.prefer("prefers-color-scheme", "dark") }
    return browser
  }

  /// Calls the driver, and answers with the value it gives.
  func call(_ method: String, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue {
    var request = HTTPClientRequest(url: url + path)
    request.method = HTTPMethod(rawValue: method)
    if let body {
      request.headers.add(name: "Content-Type", value: "application/json")
      request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(body)))
    }
    let response = try await Self.client.execute(request, timeout: .minutes(3))
    let bytes = try await response.body.collect(upTo: 64 << 20)
    let answer = try JSONDecoder().decode(JSONValue.self, from: Data(bytes.readableBytesView))
    let value = answer["value"] ?? .null
    if response.status.code >= 400 {
      let sentence = value["message"]?.text?.split(separator: "\n").first.map(String.init)
      throw Fault(description: "\(value["error"]?.text ?? "fault"): \(sentence ?? "")")
    }
    return value
  }

  private static let client = HTTPClient(eventLoopGroup: .singletonMultiThreadedEventLoopGroup)
}
