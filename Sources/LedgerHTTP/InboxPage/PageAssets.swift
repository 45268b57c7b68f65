import Crypto
import HTTPTypes
import Hummingbird
import NIOCore

/// The page's scripts, styles and pictures.
///
/// Their address holds a hash of all of them, so that a browser may keep them for ever and still
/// never mixes those of two versions.
struct PageAssets: Sendable {
  /// The part of the address that changes with them.
  let version: String

  init() {
    var hasher = SHA256()
    for name in Self.files.keys.sorted() { hasher.update(data: Self.files[name]?.bytes ?? []) }
    version = hasher.finalize().prefix(6).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }
    .joined()
  }

  /// The folder of their addresses.
  var folder: String { "/assets/\(version)" }

  /// The answer with a file; `nil` if there is none of that name.
  func answer(_ name: String, version asked: String) -> Response? {
    guard let file = Self.files[name] else { return nil }
    var headers = PageAnswer.headers(file.type)
    headers[.cacheControl] =
      asked == version ? "public, max-age=31536000, immutable" : "no-cache"
    let body = ResponseBody(byteBuffer: ByteBuffer(bytes: file.bytes))
    return Response(status: .ok, headers: headers, body: body)
  }

  private static let script = "text/javascript; charset=utf-8"

  private static let files: [String: (bytes: [UInt8], type: String)] = [
    "icon.svg": (PackageResources.icon_svg, "image/svg+xml"),
    "icons.svg": (PackageResources.icons_svg, "image/svg+xml"),
    "inbox.css": (PackageResources.inbox_css, "text/css; charset=utf-8"),
    "inbox.js": (PackageResources.inbox_js, script),
    "keys.js": (PackageResources.keys_js, script),
    "list.js": (PackageResources.list_js, script),
    "live.js": (PackageResources.live_js, script),
    "pane.js": (PackageResources.pane_js, script),
    "replay.js": (PackageResources.replay_js, script),
    "times.js": (PackageResources.times_js, script),
    "unread.js": (PackageResources.unread_js, script),
  ]
}
