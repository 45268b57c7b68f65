/// An event offered to the log: its header, less what the log itself decides, and its plain body.
package struct ProposedEvent: Sendable {
  /// The clear part; position, time and lengths are filled in by the log.
  package var header: RecordHeader
  /// The key under which the command may come again; empty for none.
  package var idempotencyKey: [UInt8]
  /// The body before sealing; empty for none.
  package var body: [UInt8]

  package init(header: RecordHeader, idempotencyKey: [UInt8] = [], body: [UInt8]) {
    self.header = header
    self.idempotencyKey = idempotencyKey
    self.body = body
  }
}

/// The most bytes of a plain body.
///
/// A message is shorter by three orders of magnitude; what is not is a mistake of the caller, who
/// refuses it before it gets here.
package let bodyByteCountLimit = 4 << 20
