import Foundation
import Hummingbird
import NIOCore
import Yams

/// `GET /openapi.json`: the description of the interface, written once in `openapi.yaml`.
struct DescriptionRoutes: Sendable {
  private let document: ByteBuffer

  /// Turns the description into JSON, once.
  ///
  /// - Throws: What makes the page that is part of this program no YAML: a mistake of ours, which a
  ///   test would find.
  init() throws {
    let text = String(decoding: PackageResources.openapi_yaml, as: UTF8.self)
    let page = try Yams.load(yaml: text) ?? [:]
    let json = try JSONSerialization.data(
      withJSONObject: page,
      options: [.sortedKeys, .withoutEscapingSlashes],
    )
    document = ByteBuffer(bytes: json)
  }

  func add(to router: Router<CallContext>) {
    router.get("openapi.json") { [document] _, _ in
      Response(
        status: .ok,
        headers: [.contentType: "application/json", .cacheControl: "no-cache"],
        body: ResponseBody(byteBuffer: document),
      )
    }
  }
}
