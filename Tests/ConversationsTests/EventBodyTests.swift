import Conversations
import Testing

@Suite
struct `What an event says` {
  private typealias Change = @Sendable (inout EventBody) -> Void

  /// For each field: a change that sets it, and one that takes it away again.
  private static let changes: [(set: Change, unset: Change)] = [
    ({ $0.text = "a" }, { $0.text = nil }),
    ({ $0.quickReplies = ["a"] }, { $0.quickReplies = [] }),
    ({ $0.card = .null }, { $0.card = nil }),
    ({ $0.attachment = .null }, { $0.attachment = nil }),
    ({ $0.authorID = "a" }, { $0.authorID = nil }),
    ({ $0.authorName = "a" }, { $0.authorName = nil }),
    ({ $0.reason = "a" }, { $0.reason = nil }),
    ({ $0.variables["a"] = .null }, { $0.variables["a"] = nil }),
    ({ $0.externalID = "a" }, { $0.externalID = nil }),
    ({ $0.source = "a" }, { $0.source = nil }),
    ({ $0.name = "a" }, { $0.name = nil }),
    ({ $0.channel = "a" }, { $0.channel = nil }),
    ({ $0.amount = 1 }, { $0.amount = nil }),
    ({ $0.raw = [1] }, { $0.raw = nil }),
    ({ $0.fingerprint = [1] }, { $0.fingerprint = nil }),
  ]

  @Test
  func `differs by every field`() {
    let bodies = Self.changes.map { change in
      var body = EventBody()
      change.set(&body)
      return body
    }
    #expect(Set(bodies + [EventBody()]).count == 16)
  }

  @Test
  func `is nothing again when all is taken away`() {
    for first in Self.changes {
      for second in Self.changes {
        var body = EventBody()
        for change in [first.set, second.set, first.unset, second.unset] { change(&body) }
        #expect(body == EventBody())
        #expect(body.hashValue == EventBody().hashValue)
      }
    }
  }

  @Test
  func `is a value: a change of a copy leaves the original alone`() {
    for first in Self.changes {
      for second in Self.changes {
        var original = EventBody()
        first.set(&original)
        let before = original
        var copy = original
        second.set(&copy)
        second.unset(&copy)
        copy.text = "other"
        #expect(original == before)
      }
    }
  }

  @Test
  func `is the same whatever the order in which it was put together`() {
    var forward = EventBody()
    for change in Self.changes { change.set(&forward) }
    var backward = EventBody()
    for change in Self.changes.reversed() { change.set(&backward) }
    #expect(forward == backward)
    #expect(forward.hashValue == backward.hashValue)
    for change in Self.changes {
      var body = forward
      change.unset(&body)
      #expect(body != forward)
      change.set(&body)
      #expect(body == forward)
    }
  }
}
