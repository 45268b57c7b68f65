package import Conversations

/// The tags of a body's fields (docs/record-format.md).
///
/// A tag is given once and never again.
private enum Field: UInt8 {
  case text = 1
  case quickReply = 2
  case card = 3
  case attachment = 4
  case authorID = 5
  case authorName = 6
  case reason = 7
  case variable = 8
  case externalID = 9
  case source = 10
  case name = 11
  case channel = 12
  case amount = 13
  case raw = 14
  case fingerprint = 15
}

extension EventBody {
  /// Appends the body in its stored form: for each field a tag, a count and the content.
  package func write(to writer: inout ByteWriter) {
    writer.put(.text, text)
    for reply in quickReplies { writer.put(.quickReply, reply) }
    if let card { writer.put(tag: Field.card.rawValue) { $0.put(card) } }
    if let attachment { writer.put(tag: Field.attachment.rawValue) { $0.put(attachment) } }
    writer.put(.authorID, authorID)
    writer.put(.authorName, authorName)
    writer.put(.reason, reason)
    for (name, value) in variables {
      writer.put(tag: Field.variable.rawValue) { $0.put(name, value) }
    }
    writer.put(.externalID, externalID)
    writer.put(.source, source)
    writer.put(.name, name)
    writer.put(.channel, channel)
    if let amount {
      writer.put(tag: Field.amount.rawValue) { $0.put(UInt64(bitPattern: amount)) }
    }
    if let raw { writer.put(tag: Field.raw.rawValue) { $0.put(raw) } }
    if let fingerprint {
      writer.put(tag: Field.fingerprint.rawValue) { $0.put(fingerprint) }
    }
  }

  /// Reads the stored form; a field this version does not know is passed over.
  package init(decoding bytes: [UInt8]) throws(CodingError) {
    self.init()
    var (replies, variables) = ([String](), [(String, JSONValue)]())
    var reader = ByteReader(bytes)
    while !reader.isAtEnd {
      let tag = try reader.byte()
      var content = try reader.counted()
      switch Field(rawValue: tag) {
      // These come often: gathered first, so that a long body is not copied for each.
      case .quickReply: replies.append(content.restAsText)
      case .variable: variables.append((try content.text(), try content.jsonValue()))
      case let field?: try take(field, from: &content)
      case nil: continue
      }
    }
    if !replies.isEmpty { quickReplies = replies }
    if !variables.isEmpty { self.variables = JSONObject(variables) }
  }

  private mutating func take(
    _ field: Field,
    from content: inout ByteReader,
  ) throws(CodingError) {
    switch field {
    case .text: text = content.restAsText
    case .card: card = try content.jsonValue()
    case .attachment: attachment = try content.jsonValue()
    case .authorID: authorID = content.restAsText
    case .authorName: authorName = content.restAsText
    case .reason: reason = content.restAsText
    case .externalID: externalID = content.restAsText
    case .source: source = content.restAsText
    case .name: name = content.restAsText
    case .channel: channel = content.restAsText
    case .amount: amount = Int64(bitPattern: try content.longNumber())
    case .raw: raw = content.rest
    case .fingerprint: fingerprint = content.rest
    case .quickReply, .variable: break
    }
  }
}

extension ByteWriter {
  /// A text under its tag, if there is one.
  fileprivate mutating func put(_ field: Field, _ text: String?) {
    guard let text else { return }
    put(byte: field.rawValue)
    put(text)
  }
}
