import ConversationLedger
import Conversations
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// The answer to the webhook: the JSON shape of design.md 8.
struct HandoverAnswer: Encodable {
  let conversationId: String
  let holderBotId: String?
  let moduleId: UInt32?
  let position: UInt64

  init(_ receipt: Receipt) {
    conversationId = receipt.conversation.description
    holderBotId = receipt.holder?.description
    moduleId = receipt.module?.number
    position = receipt.position
  }
}

/// The answer to any other command to a conversation.
///
/// It bears the conversation because a message to an expired one is the first of another.
struct ReceiptAnswer: Encodable {
  let conversationId: String
  let position: UInt64

  init(_ receipt: Receipt) {
    conversationId = receipt.conversation.description
    position = receipt.position
  }
}

extension Response {
  /// An answer in JSON.
  static func json(
    _ value: some Encodable,
    status: HTTPResponse.Status = .ok,
    headers: HTTPFields = [:],
  ) throws -> Response {
    var fields = headers
    fields[.contentType] = "application/json"
    let bytes = try JSONText.bytes(of: value)
    return Response(
      status: status,
      headers: fields,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)),
    )
  }

  /// An answer to a command, which says whether it is the first one again.
  static func receipt(
    _ value: some Encodable,
    of receipt: Receipt,
    status: HTTPResponse.Status = .ok,
  ) throws -> Response {
    try .json(
      value,
      status: status,
      headers: receipt.isRepeated ? [.idempotencyReplayed: "true"] : [:],
    )
  }
}
