import AsyncHTTPClient
public import ConversationLedger
import NIOCore
import NIOHTTP1

extension Witness {
  /// How long a witness may take.
  private static let patience = TimeAmount.seconds(20)
  /// The most bytes of an answer: a hundred signatures.
  private static let answerLimit = 64 << 10

  /// A witness at an address (c2sp.org/tlog-witness).
  ///
  /// - Parameters:
  ///   - address: The submission prefix: the address before `/add-checkpoint`.
  ///   - vkey: The key it signs with.
  public init(at address: String, vkey: String) {
    let prefix = address.hasSuffix("/") ? String(address.dropLast()) : address
    self.init(vkey: vkey) { body in
      var request = HTTPClientRequest(url: prefix + "/add-checkpoint")
      request.method = .POST
      request.body = .bytes(ByteBuffer(bytes: body))
      do {
        let response = try await HTTPClient.shared.execute(request, timeout: Self.patience)
        let content = try await response.body.collect(upTo: Self.answerLimit)
        return Answer(status: Int(response.status.code), body: Array(content.readableBytesView))
      } catch {
        throw LedgerError(.unavailable, "witness \(prefix) cannot be asked: \(error)")
      }
    }
  }
}
