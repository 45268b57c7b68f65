import Conversations
import Foundation
import Testing

/// The JSON schema of CloudEvents 1.0, as far as it says anything: types, required members and
/// lengths.
enum CloudEventSchema {
  /// The published schema, if it lies beside the repository; a test says so if it does not.
  private static let schema: JSONValue? = {
    let root = (1...4).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent()
    }
    let file = root.appending(
      path: "../shared/data/vectors/cloudevents/cloudevents.schema.json"
    )
    guard let data = try? Data(contentsOf: file) else {
      let words = "SKIPPED: the schema of CloudEvents does not lie on this machine\n"
      FileHandle.standardError.write(Data(words.utf8))
      return nil
    }
    return try? JSONDecoder().decode(JSONValue.self, from: data)
  }()

  /// Holds an event against the schema.
  static func check(_ event: JSONValue) throws {
    guard case .object(let members) = event else {
      Issue.record("a CloudEvent is an object")
      return
    }
    let required = schema?["required"]?.elements.compactMap(\.text)
    for name in required ?? ["id", "source", "specversion", "type"] {
      #expect(members[name] != nil, "\(name) is required")
    }
    for (name, value) in members {
      #expect(
        name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) },
        "\(name) is no name of an attribute",
      )
      guard let reference = schema?["properties"]?[name]?["$ref"]?.text,
        let definition = schema?["definitions"]?[String(reference.dropFirst(14))]
      else { continue }
      let allowed =
        definition["type"]?.text.map { [$0] }
        ?? definition["type"]?.elements.compactMap(\.text) ?? []
      #expect(allowed.contains(value.schemaType), "\(name) is \(value.schemaType)")
      if let least = definition["minLength"]?.number, let text = value.text {
        #expect(text.unicodeScalars.count >= least, "\(name) is too short")
      }
    }
  }
}

extension JSONValue {
  /// The name a schema has for the value's type.
  fileprivate var schemaType: String {
    switch self {
    case .null: "null"
    case .bool: "boolean"
    case .integer, .large, .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }
}
