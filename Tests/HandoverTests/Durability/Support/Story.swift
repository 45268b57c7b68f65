/// What the callers of a ledger do, one order after the other, and how far the ledger has said that
/// it has kept it.
///
/// An order is a function of the seed, its caller and its number; so any order can be given again,
/// word for word.
struct Story {
  let seed: UInt64
  /// For each caller, the number of the first order that was not acknowledged.
  private(set) var next: [Int]
  /// What was acknowledged, by the order's key.
  private(set) var acknowledged: [String: Acknowledgement] = [:]
  /// Where each caller's next round begins: the orders from there on are given again.
  private var base: [Int]

  /// What a caller asks for.
  struct Order: Hashable {
    var caller: Int
    var number: Int
    var verb: String
    var argument: String
    /// What people see of it; it begins with the key.
    var text: String

    var key: String { Story.key(caller, number) }
    var line: String { "\(caller)\t\(key)\t\(verb)\t\(argument)\t\(text)\n" }
  }

  /// The orders of one conversation: verb and argument.
  private static let conversation = [
    ("start", "Flights"), ("visitor", ""), ("bot", "Flights"), ("visitor", ""),
    ("handOver", "Hotels"), ("bot", "Hotels"), ("note", "eve"), ("visitor", ""),
    ("handOver", "Cars"), ("visitor", ""), ("handOver", "Flights"), ("bot", "Flights"),
    ("visitor", ""),
  ]

  init(seed: UInt64, callers: Int) {
    self.seed = seed
    next = Array(repeating: 0, count: callers)
    base = next
  }

  static func key(_ caller: Int, _ number: Int) -> String { "<\(caller).\(number)>" }

  /// The order of a caller with a number.
  func order(_ caller: Int, _ number: Int) -> Order {
    let (verb, argument) = Self.conversation[number % Self.conversation.count]
    var chance = Chance(seed, UInt64(caller), UInt64(number))
    // A few are long, so that a record fills pages of its own.
    let count = Int.random(in: 0..<(chance.isOne(in: 40) ? 4_000 : 30), using: &chance)
    let word = [" yes", " Málaga", " to", " 🛫", " two nights", " 請"].randomElement(using: &chance)
    let key = Self.key(caller, number)
    let isShort = verb == "start" || verb == "handOver"
    return Order(
      caller: caller,
      number: number,
      verb: verb,
      argument: argument,
      text: key + (isShort ? "" : String(repeating: word ?? "", count: count)),
    )
  }

  /// The orders of the next round: those of the round before once more, and `count` new ones for
  /// each caller.
  func orders(new count: Int) -> [Order] { orders(from: base, new: count) }

  /// All orders from the first on that may be in the ledger.
  func allOrders() -> [Order] { orders(from: next.map { _ in 0 }, new: 1) }

  private func orders(from first: [Int], new count: Int) -> [Order] {
    next.indices.flatMap { caller in
      (first[caller]..<(next[caller] + count)).map { order(caller, $0) }
    }
  }

  /// The orders that may be in the ledger though nobody said so: one for each caller.
  var unanswered: [String: Order] {
    let orders = next.indices.map { order($0, next[$0]) }
    return Dictionary(uniqueKeysWithValues: orders.map { ($0.key, $0) })
  }

  /// Whether an order was acknowledged.
  func isAcknowledged(_ order: Order) -> Bool { acknowledged[order.key] != nil }

  /// Takes note of an acknowledgement.
  mutating func acknowledge(_ acknowledgement: Acknowledgement, of order: Order) {
    acknowledged[order.key] = acknowledgement
    next[order.caller] = max(next[order.caller], order.number + 1)
  }

  /// Begins a round: its orders are those from the beginning of each caller's last conversation
  /// but one.
  mutating func beginRound() {
    let length = Self.conversation.count
    base = next.map { max(0, $0 / length - 1) * length }
  }
}

/// What the writing process said of an order.
struct Acknowledgement: Hashable {
  var position: UInt64
  var conversation: String
  /// Whether nothing was appended, because the order came before.
  var isRepeated: Bool
}
