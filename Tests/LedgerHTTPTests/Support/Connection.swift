import Foundation
import Glibc

extension Scene {
  /// Sends bytes on a connection of their own and returns all that comes back until the server
  /// closes it, or a whole answer has come.
  func raw(_ text: String) async throws -> String {
    let connection = try Connection(port: server.port)
    defer { connection.close() }
    try connection.send(text)
    return try await onThread { try connection.receive() }
  }
}

/// A bare connection, for what no client library would send.
final class Connection: Sendable {
  private let descriptor: CInt

  struct Failed: Error {
    let call: String
    let code: CInt
  }

  /// Connects to a port of this machine.
  ///
  /// - Parameters:
  ///   - port: The port.
  ///   - bufferSize: How many bytes the system takes in before they are received; its own standard
  ///     if `nil`.
  /// - Throws: `Failed`.
  init(port: Int, bufferSize: CInt? = nil) throws {
    descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    if var bufferSize {
      unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bufferSize, 4)
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    // Safety: the address outlives the call.
    let code = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, size)
      }
    }
    guard code == 0 else { throw Failed(call: "connect", code: errno) }
    // A test that waits for ever says less than one that fails.
    var limit = timeval(tv_sec: 60, tv_usec: 0)
    unsafe setsockopt(
      descriptor,
      SOL_SOCKET,
      SO_RCVTIMEO,
      &limit,
      socklen_t(MemoryLayout<timeval>.size),
    )
  }

  func send(_ text: String) throws {
    let bytes = Array(text.utf8)
    // Safety: the buffer outlives the call; a server that has closed is no reason to end the tests.
    let count = unsafe bytes.withUnsafeBytes { buffer in
      unsafe Glibc.send(descriptor, buffer.baseAddress, buffer.count, CInt(MSG_NOSIGNAL))
    }
    guard count == bytes.count else { throw Failed(call: "send", code: errno) }
  }

  /// Reads until the other side closes, or one answer with a known length is whole.
  func receive() throws -> String { try receive(until: isWhole) }

  /// Reads until the other side closes, or what came is enough.
  func receive(until isEnough: (String) -> Bool) throws -> String {
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let descriptor = descriptor
      // Safety: the buffer outlives the call.
      let count = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe recv(descriptor, bytes.baseAddress, bytes.count, 0)
      }
      guard count > 0 else { break }
      all += buffer[..<count]
      if isEnough(String(decoding: all, as: UTF8.self)) { break }
    }
    return String(decoding: all, as: UTF8.self)
  }

  private func isWhole(_ text: String) -> Bool {
    guard let end = text.firstRange(of: "\r\n\r\n"),
      let length = text.lowercased().firstMatch(of: #/content-length: ([0-9]+)/#),
      let count = Int(length.1)
    else { return false }
    return text[end.upperBound...].utf8.count >= count
  }

  /// Says that nothing more is sent.
  func endSending() { _ = shutdown(descriptor, CInt(SHUT_WR)) }

  func close() { _ = Glibc.close(descriptor) }
}
