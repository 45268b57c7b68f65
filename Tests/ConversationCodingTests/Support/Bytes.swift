import ConversationCoding
import Conversations

extension EventBody {
  /// The stored form.
  var bytes: [UInt8] {
    var writer = ByteWriter()
    write(to: &writer)
    return writer.bytes
  }

  /// A body whose card is a value.
  init(card: JSONValue) {
    self.init()
    self.card = card
  }
}

extension ConversationCommand {
  /// What the command says, for comparison with what a repeated one says.
  var canonicalBytes: [UInt8] {
    var writer = ByteWriter()
    writer.put(canonical: self)
    return writer.bytes
  }
}

extension EventFacts {
  /// The facts and a body, for comparison with those of a repeated start or import.
  func canonicalBytes(_ body: EventBody) -> [UInt8] {
    var writer = ByteWriter()
    writer.put(canonical: self, body)
    return writer.bytes
  }

  /// All 62 bytes of the fields, highest byte first, in the order in which they are declared.
  var bytes: [UInt8] {
    var writer = ByteWriter()
    for short in [type, schemaVersion] {
      writer.put(byte: UInt8(short >> 8))
      writer.put(byte: UInt8(truncatingIfNeeded: short))
    }
    writer.put(byte: authorKind)
    writer.put(byte: detail)
    writer.put(number)
    for party in [parties.first, parties.second, parties.third] { writer.put(party) }
    return writer.bytes
  }
}

/// Bytes as lower-case hexadecimal digits.
func hexadecimal(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

/// A field of a body's stored form: a tag, a count, and the content.
func field(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
  var writer = ByteWriter()
  writer.put(byte: tag)
  writer.put(counted: content)
  return writer.bytes
}
