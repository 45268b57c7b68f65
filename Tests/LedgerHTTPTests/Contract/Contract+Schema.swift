import ConversationLedger
import Conversations

extension Contract {
  /// What in a value does not fit a schema, by the words of JSON Schema the description uses.
  func faults(of value: JSONValue, _ schema: JSONValue, at place: String) -> [String] {
    var faults = bounds(of: value, schema, at: place)
    if schema["$ref"] != nil {
      faults += self.faults(of: value, resolved(schema), at: place)
    }
    if let types = schema["type"], !fits(value, types) {
      faults.append("\(place) is not of type \(types): \(value)")
    }
    if let choices = schema["anyOf"]?.elements,
      !choices.contains(where: { self.faults(of: value, $0, at: place).isEmpty })
    {
      faults.append("\(place) fits none of its choices: \(value)")
    }
    if let other = schema["not"], self.faults(of: value, other, at: place).isEmpty {
      faults.append("\(place) is what it must not be: \(value)")
    }
    switch value {
    case .object(let members): faults += self.faults(of: members, schema, at: place)
    case .array(let values):
      guard let items = schema["items"] else { break }
      for (index, value) in values.enumerated() {
        faults += self.faults(of: value, items, at: "\(place)[\(index)]")
      }
    default: break
    }
    return faults
  }

  private func faults(
    of members: JSONObject,
    _ schema: JSONValue,
    at place: String,
  ) -> [String] {
    var faults = (schema["required"]?.elements ?? []).compactMap { name in
      members[name.text ?? ""] == nil ? "\(place).\(name.text ?? "") is missing" : nil
    }
    for (name, value) in members {
      if let known = schema["properties"]?[name] {
        faults += self.faults(of: value, known, at: "\(place).\(name)")
      } else if let more = schema["additionalProperties"] {
        if more == .bool(false) {
          faults.append("\(place).\(name) is not declared")
        } else if more != .bool(true) {
          faults += self.faults(of: value, more, at: "\(place).\(name)")
        }
      }
    }
    return faults
  }

  private func fits(_ value: JSONValue, _ types: JSONValue) -> Bool {
    let names = types.text.map { [$0] } ?? types.elements.compactMap(\.text)
    return names.contains { name in
      switch (value, name) {
      case (.null, "null"), (.bool, "boolean"), (.string, "string"), (.integer, "integer"),
        (.integer, "number"), (.number, "number"), (.array, "array"), (.object, "object"):
        true
      default: false
      }
    }
  }

  /// What a single value must be, whatever its type.
  private func bounds(of value: JSONValue, _ schema: JSONValue, at place: String) -> [String] {
    var faults: [String] = []
    if let only = schema["const"], only != value { faults.append("\(place) is not \(only)") }
    if let choices = schema["enum"]?.elements, !choices.contains(value) {
      faults.append("\(place) is none of its words: \(value)")
    }
    if let minimum = schema["minimum"]?.number, let number = value.number, number < minimum {
      faults.append("\(place) is below \(minimum)")
    }
    if let maximum = schema["maximum"]?.number, let number = value.number, number > maximum {
      faults.append("\(place) is above \(maximum)")
    }
    if let text = value.text {
      if let pattern = schema["pattern"]?.text, let regex = try? Regex(pattern),
        text.firstMatch(of: regex) == nil
      {
        faults.append("\(place) does not match \(pattern): \(text)")
      }
      if schema["format"]?.text == "date-time", Timestamp(text: text) == nil {
        faults.append("\(place) is no time: \(text)")
      }
    }
    return faults
  }
}
