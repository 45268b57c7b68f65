import Conversations

/// A value on its way to its JSON text: what the coder's containers fill in.
final class JSONNode {
  private enum Content {
    case string(String)
    case bare(String)
    case array([JSONNode])
    case object([(name: String, node: JSONNode)])
  }

  private var content = Content.bare("null")

  /// Takes a value in.
  func take(_ value: some Encodable) throws {
    switch value {
    case let text as String: take(text)
    case let truth as Bool: takeBare(truth)
    case let number as UInt64: takeBare(number)
    case let number as Int: takeBare(number)
    case let number as any FixedWidthInteger: content = .bare("\(number)")
    case let number as Double:
      guard number.isFinite else {
        let context = EncodingError.Context(
          codingPath: [],
          debugDescription: "JSON has no \(number)",
        )
        throw EncodingError.invalidValue(number, context)
      }
      takeBare(number)
    case .large(let number) as JSONValue: takeBare(number.description)
    default: try value.encode(to: JSONNodeEncoder(node: self))
    }
  }

  /// Takes a text in.
  func take(_ text: String) { content = .string(text) }

  /// Takes in what JSON writes as Swift does.
  func takeBare(_ value: some LosslessStringConvertible) { content = .bare(value.description) }

  func beginObject() { if case .object = content { return } else { content = .object([]) } }

  func beginArray() { if case .array = content { return } else { content = .array([]) } }

  /// A new node under a name.
  func member(_ name: String) -> JSONNode {
    guard case .object(var members) = content else { return JSONNode() }
    let node = JSONNode()
    content = .bare("")
    members.append((name, node))
    content = .object(members)
    return node
  }

  /// A new node behind the others.
  func element() -> JSONNode {
    guard case .array(var elements) = content else { return JSONNode() }
    let node = JSONNode()
    content = .bare("")
    elements.append(node)
    content = .array(elements)
    return node
  }

  /// How many elements there are.
  var count: Int { if case .array(let elements) = content { elements.count } else { 0 } }

  /// Appends the text.
  ///
  /// - Parameters:
  ///   - bytes: Where it goes.
  ///   - indent: The level of this node, for a text of many lines; `nil` for one line.
  func write(to bytes: inout [UInt8], indent: Int? = nil) {
    switch content {
    case .string(let text): appendQuoted(text, to: &bytes)
    case .bare(let text): bytes += text.utf8
    case .array(let elements):
      appendList("[", elements, "]", indent, to: &bytes) { element, bytes in
        element.write(to: &bytes, indent: indent.map { $0 + 1 })
      }
    case .object(let members):
      let sorted = members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
      appendList("{", sorted, "}", indent, to: &bytes) { member, bytes in
        appendQuoted(member.name, to: &bytes)
        bytes += (indent == nil ? ":" : " : ").utf8
        member.node.write(to: &bytes, indent: indent.map { $0 + 1 })
      }
    }
  }
}

/// Appends what stands between two brackets, with commas in between.
private func appendList<Element>(
  _ opening: Unicode.Scalar,
  _ elements: [Element],
  _ closing: Unicode.Scalar,
  _ indent: Int?,
  to bytes: inout [UInt8],
  _ append: (Element, inout [UInt8]) -> Void,
) {
  bytes.append(UInt8(ascii: opening))
  for (index, element) in elements.enumerated() {
    if index > 0 { bytes.append(UInt8(ascii: ",")) }
    if let indent { appendLineBreak(indent + 1, to: &bytes) }
    append(element, &bytes)
  }
  if let indent, !elements.isEmpty { appendLineBreak(indent, to: &bytes) }
  bytes.append(UInt8(ascii: closing))
}

private func appendLineBreak(_ indent: Int, to bytes: inout [UInt8]) {
  bytes.append(UInt8(ascii: "\n"))
  bytes += repeatElement(UInt8(ascii: " "), count: 2 * indent)
}

/// Appends a text in quotes, with nothing escaped but what must be.
private func appendQuoted(_ text: String, to bytes: inout [UInt8]) {
  bytes.append(UInt8(ascii: "\""))
  if text.isPlain {
    bytes += text.utf8
  } else {
    for byte in text.utf8 { appendEscaped(byte, to: &bytes) }
  }
  bytes.append(UInt8(ascii: "\""))
}

extension String {
  /// Whether there is nothing to escape.
  fileprivate var isPlain: Bool {
    let bytes = utf8Span.span
    for index in bytes.indices {
      let byte = bytes[index]
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return false }
    }
    return true
  }
}

private func appendEscaped(_ byte: UInt8, to bytes: inout [UInt8]) {
  switch byte {
  case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
  case 0x08: bytes += "\\b".utf8
  case 0x09: bytes += "\\t".utf8
  case 0x0A: bytes += "\\n".utf8
  case 0x0C: bytes += "\\f".utf8
  case 0x0D: bytes += "\\r".utf8
  case 0..<0x10: bytes += "\\u000\(String(byte, radix: 16))".utf8
  case 0x10..<0x20: bytes += "\\u00\(String(byte, radix: 16))".utf8
  default: bytes.append(byte)
  }
}

/// Fills a node with a value that encodes itself.
private struct JSONNodeEncoder: Encoder {
  let node: JSONNode
  var codingPath: [any CodingKey] = []
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    node.beginObject()
    return KeyedEncodingContainer(JSONMembers<Key>(node: node))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    node.beginArray()
    return JSONElements(node: node)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { JSONSingle(node: node) }
}

private struct JSONMembers<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let node: JSONNode
  var codingPath: [any CodingKey] { [] }

  func encodeNil(forKey key: Key) { _ = node.member(key.stringValue) }

  func encode(_ value: String, forKey key: Key) { node.member(key.stringValue).take(value) }

  func encode(_ value: Bool, forKey key: Key) { node.member(key.stringValue).takeBare(value) }

  func encode(_ value: Int, forKey key: Key) { node.member(key.stringValue).takeBare(value) }

  func encode(_ value: UInt64, forKey key: Key) { node.member(key.stringValue).takeBare(value) }

  func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
    try node.member(key.stringValue).take(value)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type,
    forKey key: Key,
  ) -> KeyedEncodingContainer<Nested> {
    JSONNodeEncoder(node: node.member(key.stringValue)).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    JSONNodeEncoder(node: node.member(key.stringValue)).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { JSONNodeEncoder(node: node.member("super")) }

  func superEncoder(forKey key: Key) -> any Encoder {
    JSONNodeEncoder(node: node.member(key.stringValue))
  }
}

private struct JSONElements: UnkeyedEncodingContainer {
  let node: JSONNode
  var codingPath: [any CodingKey] { [] }
  var count: Int { node.count }

  func encodeNil() { _ = node.element() }

  func encode<Value: Encodable>(_ value: Value) throws { try node.element().take(value) }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) -> KeyedEncodingContainer<Nested> {
    JSONNodeEncoder(node: node.element()).container(keyedBy: type)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    JSONNodeEncoder(node: node.element()).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { JSONNodeEncoder(node: node.element()) }
}

private struct JSONSingle: SingleValueEncodingContainer {
  let node: JSONNode
  var codingPath: [any CodingKey] { [] }

  func encodeNil() {}

  func encode<Value: Encodable>(_ value: Value) throws { try node.take(value) }
}
