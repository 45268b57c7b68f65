import HTTPTypes
import Hummingbird

/// Tells a client whether what it has is still so (RFC 9110, section 8.8).
///
/// The tag is weak: it leaves the log position aside, which moves on with every event of any
/// conversation. It is good for the life of the server process; afterwards things are sent once
/// more.
struct EntityTag: Hashable {
  /// The field's value.
  let text: String

  /// Makes the tag of some content.
  init(_ content: some Hashable) {
    text = "W/\"\(String(UInt(bitPattern: content.hashValue), radix: 16))\""
  }

  /// Whether a request has this already.
  private func isKnown(to request: Request) -> Bool {
    guard let known = request.headers[.ifNoneMatch] else { return false }
    return known == "*"
      || known.split(separator: ",").contains { candidate in
        Self.opaque(candidate) == Self.opaque(text[...])
      }
  }

  /// The tag without the mark of weakness and the spaces around it.
  private static func opaque(_ tag: Substring) -> Substring {
    let tag = tag.drop { $0 == " " || $0 == "\t" }
    let bare = tag.hasPrefix("W/") ? tag.dropFirst(2) : tag
    return bare.prefix { $0 != " " && $0 != "\t" }
  }

  /// The answer to a question: the content, or that it is as it was.
  func answer(_ value: some Encodable, to request: Request) throws -> Response {
    let headers: HTTPFields = [.eTag: text, .cacheControl: "private, no-cache"]
    if isKnown(to: request) { return Response(status: .notModified, headers: headers) }
    return try .json(value, headers: headers)
  }
}
