import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes

/// An HTTP/1.1 connection that is served on the thread of its event loop.
///
/// A request then goes from the socket through its route to the ledger's queue without a change of
/// threads; only the answer comes from another one. What takes longer than a few memory reads does
/// not belong there: `OffTheLoop` and the gate's own threads are for that.
struct LoopChannel: HTTPChannelHandler {
  typealias Value = HTTP1Channel.Value

  private let base: HTTP1Channel

  init(_ base: HTTP1Channel) { self.base = base }

  var responder: Responder { base.responder }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    base.setup(channel: channel, logger: logger)
  }

  func handle(value: Value, logger: Logger) async {
    await withTaskExecutorPreference(LoopExecutor(value.channel.eventLoop)) {
      await base.handle(value: value, logger: logger)
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
