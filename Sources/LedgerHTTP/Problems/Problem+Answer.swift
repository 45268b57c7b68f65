import ConversationLedger
import Conversations
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1

extension Problem {
  /// The problem an error is.
  init(_ error: any Error) {
    switch error {
    case let problem as Problem: self = problem
    case let refusal as Refusal: self.init(refusal)
    case let error as LedgerError: self.init(error)
    case let error as HTTPError: self.init(error)
    case is HTTPParserError: self = .malformedRequest
    default: self = .internalFault
    }
  }

  /// The router or the framework said no.
  private init(_ error: HTTPError) {
    switch error.status.code {
    case 404: self.init(404, "not_found", "there is nothing at this address")
    case 405:
      self.init(405, "method_not_allowed", "this address does not take this method")
    case 413: self.init(413, Refusal.Code.tooLarge.name, "the body is too large")
    case let status where status < 500:
      self.init(status, "malformed_request", error.body ?? "the request is malformed")
    default: self = .internalFault
    }
  }

  /// The members of the document, in their order.
  private struct Document: Encodable {
    let type = "about:blank"
    let title: String
    let status: Int
    let code: String
    let detail: String
    let agent: String?
    let actualPosition: UInt64?
    let firstGivenAt: String?
  }

  /// The document's bytes.
  var body: [UInt8] {
    let document = Document(
      title: HTTPResponseStatus(statusCode: status).reasonPhrase,
      status: status,
      code: code,
      detail: detail,
      agent: agent,
      actualPosition: actualPosition,
      firstGivenAt: firstGivenAt,
    )
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(document)).map(Array.init) ?? []
  }

  /// The document's header fields.
  var headers: HTTPFields {
    var headers: HTTPFields = [.contentType: "application/problem+json"]
    if status == 401 { headers[.wwwAuthenticate] = #"Bearer realm="handover", JWT"# }
    if let allowedMethods { headers[.allow] = allowedMethods }
    if firstGivenAt != nil { headers[.idempotencyReplayed] = "true" }
    if let retryAfter { headers[.retryAfter] = "\(retryAfter)" }
    return headers
  }

  /// The answer.
  var response: Response {
    Response(
      status: HTTPResponse.Status(code: status),
      headers: headers,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)),
    )
  }
}
