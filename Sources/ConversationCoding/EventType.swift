/// The number that stands for an event type in stored records (docs/events.md).
///
/// A number is given once and never again. Types of the registry are below 32.
package enum EventType: UInt16, CaseIterable, Sendable {
  case ownerRegistered = 1
  case botRegistered = 2
  case moduleDefined = 3
  case deploymentRegistered = 4
  case handoverRequested = 5
  case handoverEnabled = 6
  case handoverDisabled = 7
  case importRunStarted = 8
  case importRunFinished = 9
  case erasureOrdered = 10
  case erasureFinished = 11
  case readAuditSwitched = 14
  case transcriptsExported = 15
  case transcriptOpened = 16
  case olderKeysAccepted = 17

  case conversationStarted = 32
  case messagePosted = 33
  case notePosted = 34
  case variablesSet = 35
  case handedOver = 36
  case handoverRefused = 37
  case agentRequested = 38
  case agentTookOver = 39
  case agentHandedBack = 40
  case conversationEnded = 41
  case visitorErased = 42
  case sourceTruncated = 43
  case foreign = 44
  case transcriptRead = 45
  case requestRepeated = 46

  /// The name in documents and JSON shapes.
  package var name: String { "\(self)" }

  /// The newest schema version this code writes and reads.
  package var schemaVersion: UInt16 { 1 }

  /// The name of a stored number; a number this version does not know gets a name of its own.
  package static func name(of number: UInt16) -> String {
    names[number] ?? "unknown-\(number)"
  }

  /// The names by number, made once: to describe an enumeration's case takes a microsecond.
  private static let names = Dictionary(
    uniqueKeysWithValues: allCases.map { ($0.rawValue, $0.name) }
  )
}
