import ConversationCoding
import Conversations
import Testing

@Suite
struct `An event type` {
  /// The numbers that stand in stored records; rows are added and never changed.
  static let table: [(number: UInt16, name: String, schemaVersion: UInt16)] = [
    (1, "ownerRegistered", 1),
    (2, "botRegistered", 1),
    (3, "moduleDefined", 1),
    (4, "deploymentRegistered", 1),
    (5, "handoverRequested", 1),
    (6, "handoverEnabled", 1),
    (7, "handoverDisabled", 1),
    (8, "importRunStarted", 1),
    (9, "importRunFinished", 1),
    (10, "erasureOrdered", 1),
    (11, "erasureFinished", 1),
    (14, "readAuditSwitched", 1),
    (15, "transcriptsExported", 1),
    (16, "transcriptOpened", 1),
    (17, "olderKeysAccepted", 1),
    (32, "conversationStarted", 1),
    (33, "messagePosted", 1),
    (34, "notePosted", 1),
    (35, "variablesSet", 1),
    (36, "handedOver", 1),
    (37, "handoverRefused", 1),
    (38, "agentRequested", 1),
    (39, "agentTookOver", 1),
    (40, "agentHandedBack", 1),
    (41, "conversationEnded", 1),
    (42, "visitorErased", 1),
    (43, "sourceTruncated", 1),
    (44, "foreign", 1),
    (45, "transcriptRead", 1),
    (46, "requestRepeated", 1),
  ]

  @Test(arguments: table)
  func `has a number and a name that never change`(
    row: (number: UInt16, name: String, schemaVersion: UInt16)
  ) {
    let type = EventType(rawValue: row.number)
    #expect(type?.name == row.name)
    #expect(type?.schemaVersion == row.schemaVersion)
    #expect(EventType.name(of: row.number) == row.name)
  }

  @Test
  func `is in the table`() {
    #expect(EventType.allCases.map(\.rawValue) == Self.table.map(\.number))
  }

  @Test
  func `that this version does not know is named by its number (R22)`() {
    for number in [0, 12, 31, 47, 65_535] as [UInt16] {
      #expect(EventType.name(of: number) == "unknown-\(number)")
    }
  }

  @Test
  func `of the registry is below 32, and of a conversation above`() {
    let registryTypes = Samples.registryEvents.compactMap(\.type)
    let conversationTypes = Samples.conversationEvents.compactMap(\.type)
    #expect(registryTypes.allSatisfy { $0.rawValue < 32 })
    #expect(conversationTypes.allSatisfy { $0.rawValue >= 32 })
    #expect(Set(registryTypes).union(conversationTypes) == Set(EventType.allCases))
  }
}
