import ConversationCoding
import Conversations
import Foundation
import Projections

/// What the `next` of a page stands for: the list as it was when its first page was read, and how
/// far it was read.
///
/// So a conversation that moves while somebody pages is neither skipped nor shown twice. Nothing is
/// kept between two pages. The text is opaque; a checksum tells a mistyped one, and the question is
/// part of it, because a place of one list means nothing in another.
struct InboxCursor: Equatable {
  /// The log position of the first page.
  var position: UInt64
  /// The moment at which a session was over or not, in microseconds since 1970.
  var time: Int64
  /// How many rows the query has in all.
  var total: Int
  /// How many rows the pages before had.
  var shown: Int
  /// The place of the last row shown.
  var place: InboxPlace

  private static let version: UInt8 = 1
}

extension InboxCursor {
  /// The text to give as `after`.
  func text(for query: InboxQuery) -> String {
    var writer = ByteWriter()
    writer.put(byte: Self.version)
    writer.put(position)
    writer.put(UInt64(bitPattern: time))
    writer.put(UInt64(total))
    writer.put(UInt64(shown))
    writer.put(UInt64(bitPattern: place.activity))
    writer.put(place.position)
    writer.put(Self.checksum(of: writer.bytes, for: query))
    return Data(writer.bytes).base64EncodedString()
      .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  /// Reads the text of a page of the same question.
  ///
  /// - Throws: `LedgerError` `.malformedQuery` for any other text.
  init(_ text: String, for query: InboxQuery) throws {
    let padded =
      text.replacing("-", with: "+").replacing("_", with: "/")
      + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    let malformed = LedgerError(
      .malformedQuery,
      "\(text.prefix(100)) is no cursor of this question; give the `next` of a page, with the "
        + "filters of that page",
    )
    guard let bytes = Data(base64Encoded: padded).map(Array.init) else { throw malformed }
    var reader = ByteReader(bytes)
    do {
      guard try reader.byte() == Self.version else { throw malformed }
      position = try reader.longNumber()
      time = Int64(bitPattern: try reader.longNumber())
      total = Int(clamping: try reader.longNumber())
      shown = Int(clamping: try reader.longNumber())
      place = InboxPlace(
        activity: Int64(bitPattern: try reader.longNumber()),
        position: try reader.longNumber(),
      )
      guard try reader.longNumber() == Self.checksum(of: bytes.dropLast(8), for: query),
        reader.isAtEnd
      else { throw malformed }
    } catch is CodingError {
      throw malformed
    }
  }

  /// A checksum of a cursor and of the question it belongs to.
  private static func checksum(of bytes: some Sequence<UInt8>, for query: InboxQuery) -> UInt64 {
    var writer = ByteWriter()
    writer.put(Array(bytes))
    writer.put(query.bot.value)
    writer.put(query.status?.rawValue ?? "")
    for time in [query.from, query.to] { writer.put(time.map(\.text) ?? "") }
    for flag in [query.tookPart, query.hadHandover, query.hadAgent] {
      writer.put(byte: flag ? 1 : 0)
    }
    writer.put(query.text ?? "")
    writer.put(query.asOf.map(\.text) ?? "")
    return writer.bytes.rowChecksum
  }
}
