import Glibc

/// What keeps two bodies under one key apart: 96 bits that never come twice with it.
///
/// A record of format 2 bears it; for one of format 1 it follows from the record's position and
/// time (docs/decisions/0018).
package struct BodyNonce: Hashable, Sendable {
  /// The bits; those above the 96 are zero.
  package let value: UInt128

  /// How many bits it has.
  static let bitCount = 96

  /// Takes the low 96 bits.
  package init(_ value: UInt128) {
    self.value = value & (1 << Self.bitCount - 1)
  }

  /// The nonce of a record of format 1: the low 48 bits of its position, then those of its time.
  init(position: UInt64, recordedAt: Int64) {
    let time = UInt64(bitPattern: recordedAt) & (1 << 48 - 1)
    self.init(UInt128(position) << 48 | UInt128(time))
  }
}

/// Where the nonces of a proposal are counted from: 96 random bits.
///
/// They are drawn when the proposal is made and ordered with it, so whoever applies the same order
/// gets the same bytes, and no copy of a ledger, no clock and no commit that failed can bring a
/// nonce back.
package struct NonceBase: Hashable, Sendable {
  private let value: UInt128

  /// Takes the low 96 bits.
  package init(_ value: UInt128) { self.value = value }

  /// Draws a base from the system's random numbers, by one system call.
  package static func drawn() -> NonceBase {
    var bytes: UInt128 = 0
    let count = MemoryLayout.size(ofValue: bytes)
    // Safety: the call fills the number's own bytes; any bit pattern is a number.
    let result = unsafe withUnsafeMutableBytes(of: &bytes) { buffer in
      unsafe getentropy(buffer.baseAddress, count)
    }
    // A system without the call has other sources.
    return NonceBase(result == 0 ? bytes : .random(in: .min ... .max))
  }

  /// Where a command's nonces begin: its first event has this one, each further one the next.
  ///
  /// - Parameter command: How many commands the proposal has before this one.
  /// - Returns: The nonce.
  func firstNonce(ofCommand command: UInt64) -> BodyNonce {
    BodyNonce(value &+ UInt128(command) << 32)
  }
}

extension BodyNonce {
  /// The nonce that comes next in a command.
  var next: BodyNonce { BodyNonce(value + 1) }
}
