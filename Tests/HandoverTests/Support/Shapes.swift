/// The JSON shapes of the tool's answers, written down a second time from the design, so that a
/// member that is renamed fails a test.
enum Shape {
  struct Manifest: Decodable, Equatable {
    var run: String
    var files: Int
    var rows: Int
    var conversations = 0
    var messages = 0
    var handovers = 0
    var agentHandovers = 0
    var agentReturns = 0
    var duplicates = 0
    var skipped = 0
    var eventsAppended = 0
    var skips: [Skip] = []

    struct Skip: Decodable, Equatable {
      var file: String
      var row: Int
      var reason: String
    }
  }

  struct Bot: Decodable, Equatable {
    var botId: String
    var name: String
    var ownerId: String
    var handoverEnabled: Bool
    var conversations: Int
    var messages: Int
  }

  struct Inbox: Decodable {
    var botId: String
    var position: UInt64
    var complete: Bool
    var total: Int
    var next: String?
    var rows: [Row]
  }

  struct Row: Decodable {
    var conversationId: String
    var externalId: String?
    var visitor: Visitor
    var icon: String
    var channel: String
    var deploymentId: String
    var originBotId: String
    var holderBotId: String
    var path: [String]
    var handovers: Int
    var control: String
    var agent: String?
    var status: String
    var startedAt: String
    var lastActivityAt: String
    var messages: Int
    var lastMessage: LastMessage?
    var source: String
    var because: UInt64

    struct Visitor: Decodable, Equatable {
      var id: String
      var name: String?
    }

    struct LastMessage: Decodable {
      var position: UInt64
      var authorKind: String
      var preview: String
      var source: String
    }
  }

  struct Transcript: Decodable {
    var conversationId: String
    var position: UInt64
    var lastPosition: UInt64
    var complete: Bool
    var count: Int
    var entries: [Entry]
  }

  struct Entry: Decodable {
    var position: UInt64
    var kind: String
    var at: String
    var author: Author
    var text: String
    var content: Content?
    var from: String?
    var to: String?
    var module: UInt32?
    var reason: String?
    var since: UInt64?

    struct Author: Decodable {
      var kind: String
      var id: String?
      var name: String?
      var botId: String?
    }

    struct Content: Decodable {
      var variables: [String: String]?
    }
  }

  struct Why: Decodable {
    var conversationId: String
    var position: UInt64
    var complete: Bool
    var count: Int
    var holderBotId: String
    var events: [Event]
  }

  /// An event as `why` and `follow` print it.
  struct Event: Decodable {
    var position: UInt64
    var type: String
    var conversationId: String?
    var to: String?
    var code: String?
    var reason: String?
    var text: String?
  }

  struct Refusal: Decodable {
    var code: String
    var status: Int
    var detail: String
    var actualPosition: UInt64?
  }

  struct Receipt: Decodable, Equatable {
    var conversationId: String
    var holderBotId: String?
    var moduleId: UInt32?
    var position: UInt64
    var repeated: Bool
  }

  struct Status: Decodable, Equatable {
    var position: UInt64
    var root: String
    var conversations: Int
    var messages: Int
    var writerProcess: Int32?
  }

  struct Rebuilt: Decodable, Equatable {
    var position: UInt64
    var digest: String
  }

  struct Verdict: Decodable, Equatable {
    var position: UInt64
    var rebuiltDigest: String
    var liveDigest: String?
    var same: Bool
  }

  struct Erasure: Decodable {
    var format: String
    var scope: String
    var visitorId: String?
    var conversationId: String?
    var botId: String?
    var inactiveSince: String?
    var orderedBy: String?
    var ground: String
    var orderedAt: String
    var orderPosition: UInt64
    var conversations: Int
    var events: Int
    var keys: Int
    var keyFingerprints: [Key]
    var conversationIds: [String]
    var resumed: Bool
    var hunt: Hunt?
    var position: UInt64
    var root: String

    struct Key: Decodable {
      var slot: UInt64
      var fingerprint: String
    }

    struct Hunt: Decodable {
      var texts: Int
      var forms: Int
      var complete: Bool
      var files: Int
      var bytes: Int
      var found: Int
      var leftovers: [Place]

      struct Place: Decodable {
        var file: String
        var offset: Int
      }
    }
  }

  struct ErasurePreview: Decodable {
    var scope: String
    var position: UInt64
    var complete: Bool
    var conversations: Int
    var events: Int
    var keys: Int
    var since: String?
    var until: String?
    var conversationIds: [String]
  }
}
