public import Conversations
import Crypto
import Foundation

extension Identifier {
  /// A fresh identifier that sorts by time: a UUID of version 7 (RFC 9562, section 5.7), its twelve
  /// bits behind the millisecond a fraction of it (section 6.2, method 3), then 62 random bits.
  public static func fresh() -> Self {
    let time = UInt64(Date().timeIntervalSince1970 * 1_000 * 4_096)
    let high = (time >> 12) << 16 | 0x7000 | time & 0xFFF
    let low = UInt64.random(in: .min ... .max)
    return Self(high: high, low: low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
  }

  /// The identifier of a name: a UUID of version 5 (RFC 9562, section 5.5).
  ///
  /// The same name gives the same identifier on every machine, so two imports of one history
  /// agree.
  ///
  /// - Parameters:
  ///   - kind: What is named: `bot`, `conversation` …
  ///   - names: The parts of the name, the source first.
  /// - Returns: The identifier.
  public static func named(_ kind: String, _ names: String...) -> Self {
    // A separator that no part can hold keeps ("a", "bc") and ("ab", "c") apart.
    let name = ([kind] + names).map { "\($0.utf8.count):\($0)" }.joined()
    var hasher = Insecure.SHA1()
    hasher.update(data: ledgerNamespace)
    hasher.update(data: Array(name.utf8))
    let digest = Array(hasher.finalize().prefix(16))
    let high = digest[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let low = digest[8...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Self(
      high: high & 0xFFFF_FFFF_FFFF_0FFF | 0x5000,
      low: low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000,
    )
  }
}

/// The name space of all named identifiers: `8c0e1d66-6f04-4d5c-9c1a-5f1f0c7b2a10`, drawn once.
private let ledgerNamespace: [UInt8] = [
  0x8c, 0x0e, 0x1d, 0x66, 0x6f, 0x04, 0x4d, 0x5c, 0x9c, 0x1a, 0x5f, 0x1f, 0x0c, 0x7b, 0x2a, 0x10,
]

extension Identifier where Subject == Agent {
  /// The identifier of an agent's account name.
  public static func account(_ name: String) -> Self { named("agent", name) }
}

extension Identifier where Subject == Owner {
  /// The identifier of an owner's account name; a UUID stands for itself.
  public static func account(_ name: String) -> Self { Self(name) ?? named("owner", name) }
}

extension Identifier where Subject == Deployment {
  /// The deployment of a bot on a channel.
  public static func of(_ bot: BotID, on channel: String) -> Self {
    named("deployment", bot.description, channel)
  }
}
