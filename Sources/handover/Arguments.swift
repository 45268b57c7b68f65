public import ArgumentParser
public import ConversationLedger
public import Conversations
public import LedgerExchange

// The words of the domain that stand on the command line as they are.
extension SourceFormat: ExpressibleByArgument {}
extension ConversationStatus: ExpressibleByArgument {}
extension Verification.Check: ExpressibleByArgument {}

extension Identifier: ExpressibleByArgument {
  /// Reads a UUID.
  public init?(argument: String) { self.init(argument) }
}
