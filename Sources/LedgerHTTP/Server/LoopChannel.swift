import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// An HTTP/1.1 connection that is served on the thread of its event loop.
///
/// A request then goes from the socket through its route to the ledger's queue without a change of
/// threads; only the answer comes from another one. What takes longer than a few memory reads does
/// not belong there: `OffTheLoop` and the gate's own threads are for that.
struct LoopChannel: HTTPChannelHandler {
  typealias Value = HTTP1Channel.Value

  private let base: HTTP1Channel
  private let limits: ServeConfiguration.Limits
  private let connections: Connections

  init(
    _ base: HTTP1Channel,
    _ limits: ServeConfiguration.Limits,
    _ connections: Connections,
  ) {
    self.base = base
    self.limits = limits
    self.connections = connections
  }

  var responder: Responder { base.responder }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    base.setup(channel: channel, logger: logger).flatMapThrowing { [limits, connections] value in
      let pipeline = channel.pipeline.syncOperations
      let watch = SocketWatch(patience: limits.idleSeconds, connections)
      try pipeline.addHandler(watch, position: .first)
      let decoder = try pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self)
      try pipeline.addHandler(HeadCheck(), position: .after(decoder))
      return value
    }
  }

  func handle(value: Value, logger: Logger) async {
    let tally = try? await value.channel.pipeline.handler(type: ConnectionGuard.self)
      .map(\.tally).get()
    await ConnectionTally.$current.withValue(tally) {
      await withTaskExecutorPreference(LoopExecutor(value.channel.eventLoop)) {
        await base.handle(value: value, logger: logger)
      }
    }
  }
}

/// Runs tasks on an event loop.
private final class LoopExecutor: TaskExecutor {
  private let loop: any EventLoop

  init(_ loop: any EventLoop) { self.loop = loop }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let executor = unsafe asUnownedTaskExecutor()
    loop.execute { unsafe job.runSynchronously(on: executor) }
  }
}
