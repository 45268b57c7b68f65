import Foundation
import Testing

/// A part of the Schema-Guided Dialogue data set, and what was counted in it by other means.
struct Corpus: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let files: [String]
  let figures: Figures

  /// The figures that the tool's counts are compared with.
  struct Figures: Decodable {
    var dialogues: Int
    var turns: Int
    var serviceSwitches: Int
    var finalInboxes: [String: InboxSize]

    enum CodingKeys: String, CodingKey {
      case dialogues, turns
      case serviceSwitches = "service_switches"
      case finalInboxes = "final_inbox_top"
    }

    struct InboxSize: Decodable, Equatable {
      var conversations: Int
      var messages: Int
    }
  }

  /// The corpora that lie on this machine: the repository's own, and the one beside it.
  static let all = [sample, large].compactMap { $0 }

  /// The repository's own sample.
  static let sample = Corpus("the sample", Clone.samples, "sgd/train", "sgd/FIGURES.json")

  /// The larger one; it is not part of the repository.
  static let large: Corpus? = {
    let corpus = Corpus(
      "the corpus beside the repository",
      Clone.shared,
      "corpora/sgd/sample/train",
      "corpora/sgd/FIGURES.json",
    )
    if corpus == nil { Clone.skip("the corpus ../shared/data/corpora/sgd") }
    return corpus
  }()

  private init?(_ name: String, _ folder: URL, _ files: String, _ figures: String) {
    struct File: Decodable {
      var sample: Sample
      struct Sample: Decodable { var total: Figures }
    }
    guard let bytes = try? Data(contentsOf: folder.appending(path: figures)),
      let content = try? JSONDecoder().decode(File.self, from: bytes)
    else { return nil }
    testDescription = name
    self.figures = content.sample.total
    self.files = Clone.files(in: folder.appending(path: files), ".json").map(\.path)
      .filter { !$0.hasSuffix("schema.json") }
  }
}
