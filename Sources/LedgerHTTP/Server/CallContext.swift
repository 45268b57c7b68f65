import Hummingbird
import NIOCore

/// What goes along with a request: who asks, and from where.
struct CallContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// The connection.
  let channel: any Channel
  /// What the connection has moved; `nil` outside of one.
  let tally: ConnectionTally?
  /// Who asks; set by `Authenticate`, and only behind it.
  var principal: Principal?

  init(source: Source) {
    coreContext = CoreRequestContextStorage(source: source)
    channel = source.channel
    tally = ConnectionTally.current
  }

  /// Who asks, on a route behind `Authenticate`.
  var caller: Principal {
    get throws(Problem) {
      guard let principal else { throw .tokenMissing }
      return principal
    }
  }
}
