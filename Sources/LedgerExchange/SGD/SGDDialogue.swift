import Foundation

/// A dialogue as the Schema-Guided Dialogue data set writes it
/// (github.com/google-research-datasets/dstc8-schema-guided-dialogue, README).
struct SGDDialogue: Decodable {
  var identifier: String
  var turns: [Turn]

  enum CodingKeys: String, CodingKey {
    case identifier = "dialogue_id"
    case turns
  }

  struct Turn: Decodable {
    var speaker: Speaker
    var utterance: String
    var frames: [Frame]
  }

  enum Speaker: String, Decodable {
    case user = "USER"
    case system = "SYSTEM"
  }

  struct Frame: Decodable {
    var service: String
    var actions: [Action]?
    var state: State?
  }

  struct Action: Decodable {
    var act: String
  }

  struct State: Decodable {
    var intent: String?

    enum CodingKeys: String, CodingKey {
      case intent = "active_intent"
    }
  }
}

/// A dialogue, or why it is none: one bad dialogue does not spoil its file.
enum ReadableDialogue: Decodable {
  case dialogue(SGDDialogue)
  case unreadable(String)

  init(from decoder: any Decoder) throws {
    do {
      self = .dialogue(try SGDDialogue(from: decoder))
    } catch let error as DecodingError {
      self = .unreadable(error.sentence)
    }
  }
}

extension SGDDialogue.Turn {
  /// The service that is active after this turn of a user.
  ///
  /// Of the frames with an active intent (of all, if none has one): the last that informs of an
  /// intent; else the service before, if it is among them; else the first.
  func activeService(after current: String?) -> String? {
    let active = frames.filter { $0.state?.intent != nil && $0.state?.intent != "NONE" }
    let candidates = active.isEmpty ? frames : active
    let informing = candidates.last { frame in
      frame.actions?.contains { $0.act == "INFORM_INTENT" } ?? false
    }
    if let informing { return informing.service }
    if let current, candidates.contains(where: { $0.service == current }) { return current }
    return candidates.first?.service ?? current
  }
}
