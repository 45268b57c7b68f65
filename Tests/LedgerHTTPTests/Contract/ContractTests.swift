import ConversationLedger
import Conversations
import Foundation
import Hummingbird
import Testing

@testable import LedgerHTTP

@Suite
struct `The description of the interface` {
  @Test
  func `is served as it is written`() async throws {
    try await Scene.with { scene async throws in
      let answer = try await scene.get("/openapi.json", as: nil)
      #expect(answer.status == 200)
      #expect(try answer.json == Contract.shared.document)
      #expect(try answer.json["openapi"]?.text == "3.1.0")
    }
  }

  @Test
  func `names every call the server routes, and no other`() async throws {
    try await Scene.with { scene async throws in
      let operations = Dictionary(grouping: Contract.shared.operations, by: \.path)
      for (path, operations) in operations {
        let address = path.replacing(#/\{[a-z]+\}/#, with: "1")
        let answer = try await scene.call("PATCH", address)
        #expect(answer.status == 405, "\(path)")
        let methods =
          operations.map(\.method) + operations.filter { $0.method == "GET" }.map { _ in "HEAD" }
        #expect(answer.headers["allow"] == methods.sorted().joined(separator: ", "), "\(path)")
      }
    }
  }

  @Test
  func `leaves out no address but those of the pages`() async throws {
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "handover-routes-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    var configuration = ServeConfiguration()
    configuration.ledger = folder.path
    let server = try await LedgerServer(configuration)
    let ledger = try Ledger(at: folder.path, for: .writing(creating: true), options: .small)
    let threads = QuestionThreads(configuration.questions)
    let routes = try LedgerServer.router(try server.parts(on: ledger, threads)).routes
    ledger.close()
    try await threads.shutDown()
    let described = Set(Contract.shared.operations.map(\.path))
    let routed = Set(routes.map(\.path.description)).filter { path in
      ["/v1/", "/webbot/"].contains { path.hasPrefix($0) }
    }
    #expect(routed.count > 20)
    #expect(routed.subtracting(described.map(Self.bare)).isEmpty)
  }

  /// An address without the slash behind it, which the router takes away.
  private static func bare(_ path: String) -> String {
    path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  @Test
  func `has no reference that leads nowhere`() {
    #expect(!Contract.shared.operations.isEmpty)
    #expect(danglingReferences(in: Contract.shared.document).isEmpty)
  }

  @Test
  func `gives every call a name of its own`() {
    let names = Contract.shared.operations.compactMap { $0.description["operationId"]?.text }
    #expect(names.count == Contract.shared.operations.count)
    #expect(Set(names).count == names.count)
  }

  @Test
  func `names every code the rules have`() {
    let codes = Contract.shared.document["components"]?["schemas"]?["Problem"]?["properties"]?[
      "code"
    ]
    let named = Set(codes?["enum"]?.elements.compactMap(\.text) ?? [])
    for code in Refusal.Code.allCases {
      #expect(named.contains(code.name), "\(code.name)")
    }
  }

  private func danglingReferences(in part: JSONValue) -> [String] {
    switch part {
    case .object(let members):
      let own = Contract.shared.resolved(part) == .null ? [part["$ref"]?.text ?? ""] : []
      return own + members.map(\.value).flatMap(danglingReferences)
    case .array(let values): return values.flatMap(danglingReferences)
    default: return []
    }
  }
}
