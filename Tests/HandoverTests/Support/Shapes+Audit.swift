extension Shape {
  /// A step of a replay.
  struct Step: Decodable {
    var event: Event
    var before: State?
    var after: State?

    struct State: Decodable, Equatable {
      var holderBotId: String
      var control: String
      var agentId: String?
      var agent: String?
      var handoversSinceVisitor: UInt32
      var ended: Bool
    }
  }

  /// What changed between two moments: the last line.
  struct Difference: Decodable {
    var from: UInt64
    var to: UInt64
    var events: UInt64
    var messages: Int
    var conversations: Int
    var started: Int
    var moved: Int
    var ended: Int
    var inboxes: [Inbox]
    var registry: [Event]

    struct Inbox: Decodable {
      var botId: String
      var came: Int
      var went: Int
      var conversationsBefore: Int
      var conversationsAfter: Int
      var messagesBefore: Int
      var messagesAfter: Int
    }
  }

  /// What history under other rules comes to: the last line.
  struct WhatIf: Decodable {
    var position: UInt64
    var events: UInt64
    var differences: Int
    var refusedInstead: Int
    var allowedInstead: Int
    var conversations: [Ending]

    struct Ending: Decodable {
      var conversationId: String
      var state: Step.State
      var wouldBeState: Step.State
      var newConversation: Bool
    }
  }

  /// The two verdicts, and what they rest on.
  struct Verification: Decodable {
    var position: UInt64
    var records: UInt64
    var root: String
    var integrity: Bool
    var completeness: Bool
    var findings: [Finding]
    var checks: [Check]
    var unchecked: [String]

    struct Finding: Decodable {
      var position: UInt64
      var what: String
      var verdict: String
      var check: String
    }

    struct Check: Decodable {
      var name: String
      var checked: UInt64
      var failed: Int
      var note: String?
    }
  }
}
