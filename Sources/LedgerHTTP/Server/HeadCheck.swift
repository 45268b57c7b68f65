import NIOCore
import NIOHTTP1

/// Refuses heads that are read well and say what no request may: they are read in more than one
/// way, and whoever stands before the server may read them in another one (RFC 9112, section 11.2).
final class HeadCheck: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart

  private var isRefused = false

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isRefused else { return }
    guard case .head(var head) = unwrapInboundIn(data) else {
      return context.fireChannelRead(data)
    }
    if let problem = Self.problem(of: head) {
      isRefused = true
      return context.fireErrorCaught(problem)
    }
    // HTTP/1.0 does not know it, and its clients would take the interim answer for the final one.
    if Self.isOld(head) { head.headers.remove(name: "expect") }
    context.fireChannelRead(wrapInboundOut(.head(head)))
  }

  /// What is wrong with a head; `nil` if nothing is.
  static func problem(of head: HTTPRequestHead) -> Problem? {
    let isOld = isOld(head)
    let hosts = head.headers["host"]
    guard hosts.count == 1 || (hosts.isEmpty && isOld) else {
      return .malformedHead("a request has one Host")
    }
    guard hosts.allSatisfy(isHost) else { return .malformedHead("the Host is none") }
    let codings = head.headers["transfer-encoding"]
    guard codings.isEmpty || (!isOld && codings.map(trimmed) == ["chunked"])
    else { return .malformedHead("the one Transfer-Encoding is chunked, in HTTP/1.1") }
    let expectations = head.headers["expect"].map(trimmed)
    guard isOld || expectations.allSatisfy({ $0 == "100-continue" }) else {
      return Problem(417, "expectation_failed", "the one expectation is 100-continue")
    }
    return nil
  }

  /// Whether a head is of HTTP before 1.1.
  private static func isOld(_ head: HTTPRequestHead) -> Bool {
    (head.version.major, head.version.minor) < (1, 1)
  }

  private static func trimmed(_ value: String) -> String {
    let spaces: Set<Character> = [" ", "\t"]
    let head = value.drop { spaces.contains($0) }
    let tail = head.reversed().drop { spaces.contains($0) }
    return String(String(tail).reversed()).lowercased()
  }

  /// Whether a value is a host and perhaps a port (RFC 3986, section 3.2.2), looked at loosely.
  private static func isHost(_ value: String) -> Bool {
    !value.isEmpty
      && value.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "a")...UInt8(ascii: "z"):
          true
        default: hostMarks.contains(byte)
        }
      }
  }

  private static let hostMarks = Set("-._~!$&'()*+,;=:[]%".utf8)
}

extension Problem {
  fileprivate static func malformedHead(_ detail: String) -> Problem {
    Problem(400, malformedRequest.code, detail)
  }
}
