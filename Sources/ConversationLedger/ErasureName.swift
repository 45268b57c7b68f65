public import Conversations
import Crypto
import EventStore
import Foundation
import Projections

/// What a visitor or a conversation is called by whoever wants it erased.
public enum ErasureName: Hashable, Sendable {
  /// A visitor: the identifier, or the one of the start or the import.
  case visitor(String)
  /// A conversation: the identifier, or the one it was imported with.
  case conversation(String)

  /// A hash of it, which an order keeps under the ledger's own key.
  var fingerprint: [UInt8] {
    let text =
      switch self {
      case .visitor(let name): "handover-erased-visitor \(name)"
      case .conversation(let name): "handover-erased-conversation \(name)"
      }
    return Array(SHA256.hash(data: Array(text.utf8)).prefix(16))
  }
}

extension Ledger {
  /// Who or what is called by a name.
  ///
  /// - Throws: `LedgerError` `.notFound`, or `.malformedQuery` if it is the name of several.
  public func subject(named name: ErasureName) throws -> ErasureSubject {
    switch name {
    case .visitor(let name): .visitor(try visitor(named: name))
    case .conversation(let name): .conversation(try conversation(named: name))
    }
  }

  /// Erases who or what is called by a name, or gives the receipt again if that was done.
  ///
  /// Once the words are gone nobody is called by the name any more. So whoever repeats an erasure
  /// that was interrupted, and finished when the ledger was opened, is told that it is done.
  ///
  /// - Parameters:
  ///   - name: The name.
  ///   - request: Makes the request.
  /// - Returns: The receipt.
  /// - Throws: What `eraseAndWait` throws; `LedgerError` `.notFound` if there was no such name.
  @available(*, noasync, message: "Use erase in asynchronous code")
  public func eraseAndWait(
    _ name: ErasureName,
    _ request: (ErasureSubject) throws -> ErasureRequest,
  ) throws -> ErasureReceipt {
    let subject: ErasureSubject
    do {
      subject = try self.subject(named: name)
    } catch let error as LedgerError where error.kind == .notFound {
      guard let receipt = try receipt(of: name) else { throw error }
      return receipt
    }
    var named = try request(subject)
    named.name = name
    return try eraseAndWait(named)
  }

  /// The receipt of the newest erasure that was ordered under a name; `nil` if there is none.
  private func receipt(of name: ErasureName) throws -> ErasureReceipt? {
    try answering { snapshot in
      let orders = try reader.orders(in: log, keys, behind: 0, snapshot)
      guard let known = orders.last(where: { $0.order.isCalled(name) }) else { return nil }
      let file = "\(LedgerFiles(path).receipts)/erasure-\(known.position).json"
      guard let content = FileManager.default.contents(atPath: file),
        let receipt = try? JSONDecoder().decode(ErasureReceipt.self, from: content)
      else {
        throw Refusal(
          .visitorErased,
          "that was erased by the order at position \(known.position); its receipt is not at "
            + "\(file) any more",
        )
      }
      return receipt
    }
  }
}

extension ErasureOrder {
  /// Whether the subject was called by a name.
  ///
  /// Orders of before names were hashed are known by the identifier that is made of a visitor's
  /// name.
  fileprivate func isCalled(_ name: ErasureName) -> Bool {
    if let nameFingerprint { return nameFingerprint == name.fingerprint }
    guard case .visitor(let text) = name else { return false }
    return subject == .visitor(VisitorID.named("visitor", text))
  }
}
