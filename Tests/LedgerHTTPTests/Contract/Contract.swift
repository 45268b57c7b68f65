import Conversations
import Foundation
import Yams

@testable import LedgerHTTP

/// The description of the interface, as answers are held against it.
struct Contract: Sendable {
  /// The one that the program carries.
  static let shared = Contract(PackageResources.openapi_yaml)

  /// The document.
  let document: JSONValue

  init(_ yaml: [UInt8]) {
    let page = try? Yams.load(yaml: String(decoding: yaml, as: UTF8.self))
    let json = page.flatMap { try? JSONSerialization.data(withJSONObject: $0) }
    document = json.flatMap { try? JSONDecoder().decode(JSONValue.self, from: $0) } ?? .null
  }

  /// A call the document names.
  struct Operation {
    let path: String
    let method: String
    let description: JSONValue
  }

  /// Every call.
  var operations: [Operation] {
    document["paths"]?.members.flatMap { path, item in
      item.members.compactMap { method, description in
        guard ["get", "put", "post", "delete"].contains(method) else { return nil }
        return Operation(path: path, method: method.uppercased(), description: description)
      }
    } ?? []
  }

  /// The call an address is of; `nil` if the document does not name it.
  func operation(_ method: String, _ address: String) -> Operation? {
    let words = address.split(separator: "?")[0].split(separator: "/")
    let method = method == "HEAD" ? "GET" : method
    let fitting = operations.filter { operation in
      let parts = operation.path.split(separator: "/")
      return operation.method == method && parts.count == words.count
        && zip(parts, words).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
    }
    // `/bots/{bot}/x` before `/bots/{bot}/{y}`.
    return fitting.max { names(in: $0.path) < names(in: $1.path) }
  }

  private func names(in path: String) -> Int {
    path.split(separator: "/").count { !$0.hasPrefix("{") }
  }

  /// What is wrong with an answer; empty if the document declares it.
  func faults(of answer: Answer, to method: String, _ address: String) -> [String] {
    guard let operation = operation(method, address) else {
      return answer.status == 404 || answer.status == 405
        ? [] : ["\(method) \(address) is not in the description"]
    }
    let responses = operation.description["responses"]
    guard let declared = responses?["\(answer.status)"] ?? responses?["default"] else {
      return ["\(method) \(operation.path) does not declare \(answer.status)"]
    }
    let response = resolved(declared)
    guard method != "HEAD", let content = response["content"], !content.members.isEmpty else {
      return answer.body.isEmpty || method == "HEAD" ? [] : ["a body where none is declared"]
    }
    let type = answer.headers["content-type"]?.split(separator: ";").first.map(String.init) ?? ""
    guard let schema = content[type]?["schema"] else {
      return ["\(method) \(operation.path) does not declare \(type) for \(answer.status)"]
    }
    guard type.hasSuffix("json") else { return [] }
    guard let json = try? answer.json else { return ["the body is no JSON"] }
    return faults(of: json, schema, at: "body").map { "\(method) \(operation.path): \($0)" }
  }

  /// A part of the document, behind its reference.
  func resolved(_ part: JSONValue) -> JSONValue {
    guard let reference = part["$ref"]?.text else { return part }
    return reference.split(separator: "/").dropFirst().reduce(document) { $0[String($1)] ?? .null }
  }
}

extension JSONValue {
  /// The members of an object, in the order of their names.
  var members: JSONObject {
    guard case .object(let members) = self else { return [:] }
    return members
  }
}
