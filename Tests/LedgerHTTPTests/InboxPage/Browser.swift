import Conversations
import Foundation

/// A browser with one window, driven as a person would: real clicks, real keys.
final class Browser: Sendable {
  private let driver: BrowserDriver
  private let session: String

  init(_ driver: BrowserDriver, _ session: String) {
    self.driver = driver
    self.session = session
  }

  private func call(
    _ method: String,
    _ path: String,
    _ body: JSONObject? = nil,
  ) async throws -> JSONValue {
    try await driver.call(method, "/session/\(session)\(path)", body.map { .object($0) })
  }

  // MARK: Going

  /// Goes to an address, and waits until it is loaded.
  func go(_ address: String) async throws {
    _ = try await call("POST", "/url", ["url": .string(address)])
  }

  /// The address that is shown.
  var address: String {
    get async throws { try await call("GET", "/url").text ?? "" }
  }

  /// Makes the window's inside so large.
  func resize(_ width: Int, _ height: Int) async throws {
    try await command(
      "Emulation.setDeviceMetricsOverride",
      [
        "width": .integer(Int64(width)), "height": .integer(Int64(height)),
        "deviceScaleFactor": .integer(1), "mobile": .bool(false),
      ],
    )
  }

  /// Says what the reader prefers.
  func prefer(_ feature: String, _ value: String) async throws {
    let wish: JSONValue = .object(["name": .string(feature), "value": .string(value)])
    try await command("Emulation.setEmulatedMedia", ["features": .array([wish])])
  }

  /// Asks the browser itself for something no page can.
  private func command(_ name: String, _ values: JSONObject) async throws {
    _ = try await call(
      "POST",
      "/goog/cdp/execute",
      ["cmd": .string(name), "params": .object(values)],
    )
  }

  // MARK: Looking

  /// Runs a script in the page; its arguments are `arguments[0]` and so on.
  @discardableResult
  func run(_ script: String, _ arguments: JSONValue...) async throws -> JSONValue {
    try await call(
      "POST",
      "/execute/sync",
      ["script": .string(script), "args": .array(arguments)],
    )
  }

  /// Runs an expression that promises a value, and waits for it.
  func runAndWait(_ promise: String) async throws -> JSONValue {
    let script = "const done = arguments[0]; (\(promise)).then(done, (e) => done(`${e}`))"
    return try await call(
      "POST",
      "/execute/async",
      ["script": .string(script), "args": .array([])],
    )
  }

  /// The text of the first element a selector finds, as it is seen; empty if there is none.
  func text(_ selector: String) async throws -> String {
    let found = try await run(
      "return document.querySelector(arguments[0])?.innerText ?? ''",
      .string(selector),
    )
    return found.text ?? ""
  }

  /// The whole texts of all elements a selector finds, whether they are seen or not.
  func texts(_ selector: String) async throws -> [String] {
    let found = try await run(
      "return [...document.querySelectorAll(arguments[0])].map((one) => one.textContent)",
      .string(selector),
    )
    return found.elements.compactMap(\.text)
  }

  /// How many elements a selector finds.
  func count(_ selector: String) async throws -> Int {
    try await texts(selector).count
  }

  /// Waits until a condition in the page holds.
  ///
  /// - Parameters:
  ///   - what: The condition in words.
  ///   - condition: An expression.
  ///   - arguments: Its `arguments`.
  /// - Throws: The words and what the page shows, if the condition does not come to hold.
  func wait(until what: String, _ condition: String, _ arguments: JSONValue...) async throws {
    let end = ContinuousClock.now + BrowserDriver.patience
    while ContinuousClock.now < end {
      let value = try? await call(
        "POST",
        "/execute/sync",
        ["script": .string("return Boolean(\(condition))"), "args": .array(arguments)],
      )
      if value == .bool(true) { return }
      try await Task.sleep(for: .milliseconds(40))
    }
    let shown = try await text("body")
    throw BrowserDriver.Fault(description: "it never came that \(what); shown is:\n\(shown)")
  }

  /// Waits until a selector finds something.
  func wait(for selector: String) async throws {
    try await wait(
      until: "there is \(selector)",
      "document.querySelector(arguments[0])",
      .string(selector),
    )
  }

  /// Waits until the text of an element has some words.
  func wait(for words: String, in selector: String) async throws {
    try await wait(
      until: "\(selector) says \(words)",
      "document.querySelector(arguments[0])?.textContent.includes(arguments[1])",
      .string(selector),
      .string(words),
    )
  }

  /// The page as a picture in PNG.
  func picture() async throws -> Data {
    let text = try await call("GET", "/screenshot").text ?? ""
    return Data(base64Encoded: text) ?? Data()
  }

  /// What the page complained of in its console: errors, and what its policy forbade.
  func complaints() async throws -> [String] {
    let log = try await call("POST", "/se/log", ["type": .string("browser")])
    return log.elements.filter { $0["level"]?.text == "SEVERE" }
      .compactMap { $0["message"]?.text }
  }

  // MARK: Acting

  private func element(_ selector: String) async throws -> String {
    try await wait(for: selector)
    let found = try await call(
      "POST",
      "/element",
      ["using": .string("css selector"), "value": .string(selector)],
    )
    guard case .object(let members) = found, let id = members.first?.value.text else {
      throw BrowserDriver.Fault(description: "there is no \(selector)")
    }
    return id
  }

  /// Clicks on an element, as soon as it is there.
  func click(_ selector: String) async throws {
    _ = try await call("POST", "/element/\(element(selector))/click", [:])
  }

  /// Writes into a field.
  func write(_ text: String, into selector: String) async throws {
    _ = try await call("POST", "/element/\(element(selector))/value", ["text": .string(text)])
  }

  /// Moves the pointer to the middle of an element.
  func point(at selector: String) async throws {
    let origin: JSONValue = .object([
      "element-6066-11e4-a52e-4f735466cecf": .string(try await element(selector))
    ])
    try await move(["origin": origin, "x": .integer(0), "y": .integer(0)])
  }

  /// Moves the pointer into a corner where nothing is.
  func pointAway() async throws {
    try await move(["x": .integer(0), "y": .integer(0)])
  }

  private func move(_ target: JSONObject) async throws {
    var action: JSONObject = ["type": .string("pointerMove"), "duration": .integer(0)]
    for (name, value) in target { action[name] = value }
    try await act("pointer", "mouse", [.object(action)])
  }

  /// Presses keys together, one after the other, and lets them go.
  func press(_ keys: Key...) async throws {
    let down = keys.map { JSONValue.object(["type": .string("keyDown"), "value": $0.value]) }
    let up = keys.reversed().map {
      JSONValue.object(["type": .string("keyUp"), "value": $0.value])
    }
    try await act("key", "keyboard", down + up)
  }

  private func act(_ kind: String, _ name: String, _ actions: [JSONValue]) async throws {
    let source: JSONValue = .object([
      "type": .string(kind), "id": .string(name), "actions": .array(actions),
    ])
    _ = try await call("POST", "/actions", ["actions": .array([source])])
  }

  /// A key: a letter as it is, or one of those with a name.
  struct Key: ExpressibleByStringLiteral, Sendable {
    let value: JSONValue

    init(stringLiteral text: String) { value = .string(text) }

    static let alt: Key = "\u{E00A}"
    static let control: Key = "\u{E009}"
    static let shift: Key = "\u{E008}"
    static let tab: Key = "\u{E004}"
    static let enter: Key = "\u{E007}"
    static let escape: Key = "\u{E00C}"
    static let home: Key = "\u{E011}"
    static let right: Key = "\u{E014}"
  }
}
