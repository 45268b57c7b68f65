import Crypto
import LMDB

extension Segment {
  /// Reads a segment's records, in log order, and checks the form of each.
  ///
  /// What the records say is not checked; that is the tree's part.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - first: The position its first record must have.
  ///   - body: Takes a position and the record there, lent for the call.
  /// - Returns: What was read, to be compared with what was written.
  /// - Throws: What `body` throws; or `DamagedSegment` if the file cannot be read to its end.
  package static func read(
    _ path: String,
    first: UInt64,
    _ body: (UInt64, Span<UInt8>) throws -> Void,
  ) throws -> Segment {
    var reading = Reading(next: first)
    do {
      try forEachPiece(ofFile: path) { try reading.take($0, body) }
    } catch let error as PieceFault {
      throw DamagedSegment(path: path, reason: error.reason)
    } catch let error as StorageError where error.operation.hasSuffix(path) {
      throw DamagedSegment(path: path, reason: error.description)
    }
    guard reading.rest.isEmpty else {
      let reason = "it ends inside the record at position \(reading.next)"
      throw DamagedSegment(path: path, reason: reason)
    }
    return Segment(
      first: first,
      last: reading.next - 1,
      byteCount: reading.byteCount,
      digest: Array(reading.hasher.finalize()),
    )
  }

  /// What is known in the middle of a file.
  private struct Reading {
    var next: UInt64
    var rest: [UInt8] = []
    var byteCount = 0
    var hasher = SHA256()

    /// Takes in the next bytes of the file and lends the records that are whole.
    mutating func take(
      _ piece: [UInt8],
      _ body: (UInt64, Span<UInt8>) throws -> Void,
    ) throws {
      hasher.update(data: piece)
      byteCount += piece.count
      let bytes = rest.isEmpty ? piece : rest + piece
      var place = 0
      while let end = try end(of: bytes, at: place) {
        let start = place + SegmentLayout.lengthLength
        let record = bytes.span.extracting(start..<end)
        do {
          try RecordHeader.check(record, at: next)
        } catch {
          throw PieceFault(reason: "position \(next): \(error.reason)")
        }
        try body(next, record)
        next += 1
        place = end
      }
      rest = Array(bytes[place...])
    }

    /// Where the record at a place ends; `nil` if its end has not been read.
    private func end(of bytes: [UInt8], at place: Int) throws -> Int? {
      let start = place + SegmentLayout.lengthLength
      guard start <= bytes.count else { return nil }
      let length = bytes[place..<start].reduce(0) { $0 << 8 | Int($1) }
      guard length <= RecordLayout.recordLimit else {
        throw PieceFault(reason: "position \(next): no record has \(length) bytes")
      }
      return start + length <= bytes.count ? start + length : nil
    }
  }

  /// What is wrong with the bytes read, before it is known of which file they are.
  private struct PieceFault: Error {
    let reason: String
  }
}

/// A segment that is missing, cannot be read, or is not made of records.
package struct DamagedSegment: Error, Hashable, Sendable {
  /// The file.
  package let path: String
  /// What is wrong with it.
  package let reason: String
}
