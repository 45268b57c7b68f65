import HTTPTypes
import Hummingbird
import NIOCore

/// The answers of the page.
enum PageAnswer {
  /// Only what comes from here, in files of its own; no texts that become markup or scripts.
  private static let policy = [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'",
    "connect-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'",
    "require-trusted-types-for 'script'", "trusted-types 'none'",
  ].joined(separator: "; ")

  private static let fields = [
    ("Content-Security-Policy", policy),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
  ]

  /// The header fields of every answer.
  static func headers(_ type: String? = nil) -> HTTPFields {
    var headers = HTTPFields()
    for (name, value) in fields {
      if let name = HTTPField.Name(name) { headers[name] = value }
    }
    headers[.cacheControl] = "no-store"
    headers[.contentType] = type
    return headers
  }

  /// A page.
  static func html(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
    Response(
      status: status,
      headers: headers("text/html; charset=utf-8"),
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)),
    )
  }

  /// A text that is nothing but text, whatever is in it.
  static func plain(_ text: String) -> Response {
    Response(
      status: .ok,
      headers: headers("text/plain; charset=utf-8"),
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)),
    )
  }

  /// Sends the reader on to an address of this page.
  static func see(_ address: String) -> Response {
    var headers = headers()
    headers[.location] = address
    return Response(status: .seeOther, headers: headers)
  }

  /// The address a form says to go back to, if it is one of this page; else the inbox.
  static func returnAddress(_ text: String?) -> String {
    guard let text, text.hasPrefix("/"), !text.hasPrefix("//"),
      text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") })
    else { return "/" }
    return text
  }
}
