import ConversationLedger
import Conversations
import Foundation

/// Writes orders from a file into a ledger, for many callers at once, and says so after each one.
///
/// For tests that end it at any moment: what it has said must be on disk. A line of its output is
/// an order's key and `kept` or `held`, position and conversation; or `refused` or `failed` and
/// why. It is written in one piece, after the ledger's answer.
@main
struct AcknowledgingWriter {
  /// How often an order is tried whose outcome is a fault of the storage.
  private static let attempts = 3

  static func main() async {
    do {
      let settings = try Settings(CommandLine.arguments)
      let ledger = try settings.open()
      let desk = try Desk(ledger, run: settings.run)
      let callers = try Order.byCaller(settings.orders)
      say("open")
      await withTaskGroup { group in
        for (number, orders) in callers.enumerated() {
          // Half of them wait as tasks and half as threads: the ledger's two ways in.
          let isTask = number.isMultiple(of: 2)
          group.addTask { await isTask ? serve(orders, desk) : serveOnThread(orders, desk) }
        }
      }
      ledger.close()
      say("closed")
    } catch {
      try? FileHandle.standardError.write(contentsOf: Data("\(error)\n".utf8))
      exit(74)
    }
  }

  /// Writes a caller's orders, each when the one before is answered; ends at one that fails.
  private static func serve(_ orders: [Order], _ desk: Desk) async {
    var visit = Visit()
    for order in orders {
      var isSettled = false
      for _ in 0..<attempts where !isSettled {
        let result: Result<LedgerAnswer, any Error>
        do {
          let command = try desk.command(for: order, of: visit)
          result = .success(try await desk.ledger.submit([command])[0])
        } catch {
          result = .failure(error)
        }
        isSettled = report(result, to: order, &visit)
      }
      guard isSettled else { return }
    }
  }

  /// The same on a thread that blocks.
  private static func serveOnThread(_ orders: [Order], _ desk: Desk) async {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        serveBlocking(orders, desk)
        continuation.resume()
      }
    }
  }

  private static func serveBlocking(_ orders: [Order], _ desk: Desk) {
    var visit = Visit()
    for order in orders {
      var isSettled = false
      for _ in 0..<attempts where !isSettled {
        let result = Result {
          try desk.ledger.submitAndWait([desk.command(for: order, of: visit)])[0]
        }
        isSettled = report(result, to: order, &visit)
      }
      guard isSettled else { return }
    }
  }

  /// Says what came of an order; `true` if it is settled.
  private static func report(
    _ result: Result<LedgerAnswer, any Error>,
    to order: Order,
    _ visit: inout Visit,
  ) -> Bool {
    switch result {
    case .success(.done(let receipt)):
      if order.verb == .start { visit = Visit(receipt.conversation, order.text) }
      let kept = receipt.isRepeated ? "held" : "kept"
      say("\(order.key)\t\(kept)\t\(receipt.position)\t\(receipt.conversation)")
    case .success(.refused(let refusal)):
      say("\(order.key)\trefused\t\(refusal.code.name): \(refusal.sentence)")
    case .success(.recorded): say("\(order.key)\trefused\tnot an answer to a command")
    case .failure(let error):
      say("\(order.key)\tfailed\t\(error)")
      return false
    }
    return true
  }

  /// Writes a line to standard output in one call, so that no two lines mix.
  private static func say(_ line: String) {
    try? FileHandle.standardOutput.write(contentsOf: Data("\(line)\n".utf8))
  }
}

/// What the process is called with: the ledger, the orders, how many events wait for the views, and
/// the map's size in MiB.
private struct Settings {
  var ledger: String
  var orders: String
  var options = Ledger.Options()
  /// What the identifiers of this run follow from: its orders do from the test's seed.
  var run: String { "\(orders.utf8.count) \(orders.prefix(4_096))" }

  init(_ arguments: [String]) throws {
    guard arguments.count >= 4, let heldInMemory = UInt64(arguments[3]) else {
      throw NotUnderstood(line: arguments.joined(separator: " "))
    }
    ledger = arguments[1]
    orders = String(decoding: try Data(contentsOf: URL(filePath: arguments[2])), as: UTF8.self)
    options.eventsHeldInMemory = heldInMemory
    if arguments.count > 4, let size = Int(arguments[4]) { options.mapSizeInBytes = size << 20 }
  }

  func open() throws -> Ledger {
    try Ledger(at: ledger, for: .writing(creating: false), options: options)
  }
}
