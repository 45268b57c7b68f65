import Foundation
import Glibc

/// Requests over keep-alive connections from one thread: each connection asks again as soon as it
/// is answered.
///
/// It takes a few microseconds a request, so that the server is what is measured although both
/// share the machine.
final class HTTPLoad {
  /// What a run came to.
  struct Outcome {
    /// Answers a second.
    var rate: Double
    /// The times of the answers in microseconds, sorted.
    var times: [Double]
    /// The answers of another status than was expected.
    var failures: Int
  }

  /// A connection and where it stands.
  private struct Connection {
    let descriptor: Int32
    let requests: [[UInt8]]
    var next = 0
    var received: [UInt8] = []
    var sent = ContinuousClock.now
  }

  /// The most bytes taken in at once.
  private static let chunkSize = 1 << 16

  struct CannotConnect: Error {
    let port: Int
  }

  private var connections: [Connection] = []
  private var chunk = [UInt8](repeating: 0, count: chunkSize)

  /// Opens connections.
  ///
  /// - Parameters:
  ///   - port: The port on this machine.
  ///   - requests: What each connection asks, in turn; one list a connection.
  /// - Throws: `CannotConnect`.
  init(port: Int, requests: [[[UInt8]]]) throws {
    for requests in requests {
      connections.append(Connection(descriptor: try Self.connect(port), requests: requests))
    }
  }

  deinit {
    for connection in connections { close(connection.descriptor) }
  }

  /// Connects to a port of this machine.
  static func connect(_ port: Int) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe Glibc.connect(descriptor, $0, length)
      }
    }
    guard result == 0 else { throw CannotConnect(port: port) }
    var one: Int32 = 1
    unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
    return descriptor
  }

  /// Asks for some time; then each connection asks on to the end of its list, which is not counted,
  /// so that the next run finds things as this one did.
  func run(
    for duration: Duration,
    warmup: Duration = .milliseconds(500),
    expecting expected: ClosedRange<Int> = 200...299,
  ) -> Outcome {
    for index in connections.indices { send(index) }
    let began = ContinuousClock.now + warmup
    let end = began + duration
    var outcome = Outcome(rate: 0, times: [], failures: 0)
    var open = connections.count
    var polls = connections.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    while open > 0, unsafe poll(&polls, UInt(polls.count), 5_000) > 0 {
      for index in polls.indices where polls[index].revents != 0 {
        guard let status = receive(index) else { continue }
        let now = ContinuousClock.now
        if now >= began, now < end {
          outcome.times.append((now - connections[index].sent) / .microseconds(1))
        }
        if !expected.contains(status) { outcome.failures += 1 }
        if now < end || connections[index].next != 0 {
          send(index)
        } else {
          open -= 1
          polls[index].fd = -1
        }
      }
    }
    outcome.rate = Double(outcome.times.count) / (duration / .seconds(1))
    outcome.times.sort()
    return outcome
  }

  private func send(_ index: Int) {
    let request = connections[index].requests[connections[index].next]
    connections[index].next = (connections[index].next + 1) % connections[index].requests.count
    connections[index].sent = ContinuousClock.now
    _ = unsafe Glibc.send(
      connections[index].descriptor,
      request,
      request.count,
      Int32(MSG_NOSIGNAL),
    )
  }

  /// Takes in what came; the status of the answer, once it is whole.
  private func receive(_ index: Int) -> Int? {
    let descriptor = connections[index].descriptor
    let count = unsafe recv(descriptor, &chunk, Self.chunkSize, 0)
    guard count > 0 else { return 0 }
    connections[index].received += chunk[..<count]
    guard let status = Self.wholeStatus(of: connections[index].received) else { return nil }
    connections[index].received.removeAll(keepingCapacity: true)
    return status
  }

  private static let headEnd = Array("\r\n\r\n".utf8)
  private static let lengthField = Array("\r\ncontent-length: ".utf8)

  /// The status of an answer, if head and body are whole.
  private static func wholeStatus(of bytes: [UInt8]) -> Int? {
    guard let end = place(of: headEnd, in: bytes[...]) else { return nil }
    let field = place(of: lengthField, in: bytes[..<end])
    let length = field.map { number(in: bytes, from: $0 + lengthField.count) } ?? 0
    guard bytes.count >= end + headEnd.count + length else { return nil }
    return number(in: bytes, from: "HTTP/1.1 ".utf8.count)
  }

  /// Where a piece of a head begins, whatever its case.
  private static func place(of piece: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
    bytes.indices.dropLast(piece.count - 1).first { start in
      piece.indices.allSatisfy { bytes[start + $0] | 0x20 == piece[$0] | 0x20 }
    }
  }

  /// The number in decimal digits that begins at a place.
  private static func number(in bytes: [UInt8], from start: Int) -> Int {
    bytes[start...].prefix { $0 >= 0x30 && $0 <= 0x39 }.reduce(0) { $0 * 10 + Int($1) - 0x30 }
  }
}
