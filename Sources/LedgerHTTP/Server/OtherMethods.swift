import HTTPTypes
import Hummingbird

/// Answers the methods that an address does not take with 405 and those it takes, where the router
/// would say that there is nothing.
enum OtherMethods {
  private static let all: [HTTPRequest.Method] =
    [.get, .head, .post, .put, .patch, .delete, .options, .trace]
    + [HTTPRequest.Method("QUERY")].compactMap { $0 }

  /// Adds them to a router that has all its routes.
  static func add(to router: Router<CallContext>) {
    let routes = Dictionary(grouping: router.routes) { $0.path.description }
    for routes in routes.values {
      guard let path = routes.first?.path else { continue }
      var taken = Set(routes.map(\.method))
      if taken.contains(.get) { taken.insert(.head) }
      var problem = Problem(405, "method_not_allowed", "this address does not take this method")
      problem.allowedMethods = taken.map(\.rawValue).sorted().joined(separator: ", ")
      for method in all where !taken.contains(method) {
        router.on(path, method: method) { [problem] _, _ -> Response in throw problem }
      }
    }
  }
}
