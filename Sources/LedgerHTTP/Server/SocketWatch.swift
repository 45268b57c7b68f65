import NIOCore

/// Bytes came; what becomes of them was already heard.
struct BytesArrived {}

/// Stands next to the socket, and closes a connection whose other side takes in nothing of what
/// waits for it.
///
/// Only here it can be seen: an answer counts as written long before the socket has taken it.
final class SocketWatch: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer
  typealias OutboundIn = IOData
  typealias OutboundOut = IOData

  private let patience: TimeAmount
  private let connections: Connections
  /// The bytes that were given to the socket.
  private var issued = 0
  /// Those of them it had taken at the last look.
  private var taken = 0
  /// When it last took any, or nothing waited.
  private var since = NIODeadline.now()
  private var nextLook: Scheduled<Void>?

  /// Sets a watch up.
  ///
  /// - Parameters:
  ///   - seconds: How long the other side may take in nothing.
  ///   - connections: Counts whom it closes.
  init(patience seconds: Int, _ connections: Connections) {
    patience = .seconds(Int64(seconds))
    self.connections = connections
  }

  func handlerAdded(context: ChannelHandlerContext) { lookLater(context) }

  func handlerRemoved(context: ChannelHandlerContext) { nextLook?.cancel() }

  func channelInactive(context: ChannelHandlerContext) {
    nextLook?.cancel()
    nextLook = nil
    context.fireChannelInactive()
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    context.fireChannelReadComplete()
    context.fireUserInboundEventTriggered(BytesArrived())
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    issued += unwrapOutboundIn(data).readableBytes
    context.write(data, promise: promise)
  }

  /// Looks four times within the patience, so that nobody is closed more than a quarter late.
  private func lookLater(_ context: ChannelHandlerContext) {
    let pause = TimeAmount.nanoseconds(max(patience.nanoseconds / 4, 1))
    nextLook = context.eventLoop.assumeIsolated().scheduleTask(in: pause) { self.look(context) }
  }

  private func look(_ context: ChannelHandlerContext) {
    let options = context.channel.syncOptions
    let waiting = (try? options?.getOption(.bufferedWritableBytes)) ?? 0
    let now = NIODeadline.now()
    if waiting == 0 || issued - waiting > taken { since = now }
    taken = issued - waiting
    guard now - since < patience else {
      connections.countUnread()
      return context.close(promise: nil)
    }
    lookLater(context)
  }
}
