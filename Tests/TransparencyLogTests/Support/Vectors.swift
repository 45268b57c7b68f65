import Crypto
import Foundation
import Testing
import TransparencyLog

/// The published test vectors; where they come from is in `Vectors/SOURCE.txt`.
enum Vectors {
  /// One file of the packed folders: its path there, and what it says.
  struct Entry<Case: Decodable>: Decodable {
    let path: String
    let `case`: Case
  }

  struct Inclusion: Decodable {
    let leafIdx: UInt64
    let treeSize: UInt64
    let root, leafHash: Data
    let proof: [Data]?
    let wantErr: Bool
  }

  struct SubtreeInclusion: Decodable {
    let leafIdx: UInt64
    let start, end: UInt64
    let root, leafHash: Data
    let proof: [Data]?
    let wantErr: Bool
  }

  struct Consistency: Decodable {
    let size1, size2: UInt64
    let root1, root2: Data
    let proof: [Data]?
    let wantErr: Bool
  }

  struct SubtreeConsistency: Decodable {
    let start, end, size: UInt64
    let root1, root2: Data
    let proof: [Data]?
    let wantErr: Bool
  }

  /// Values that the library of the vectors holds as constants.
  struct KnownAnswers: Decodable {
    struct Accumulated: Decodable {
      let sha256OfAllLines: [String: String]
    }

    let leafInputsHex: [String]
    let nodeHashesHexByLevelFlat: [String]
    let rootHashHexByTreeSize: [String]
    let accumulatedSubtreeVectors: Accumulated
  }

  static func entries<Case: Decodable>(_ name: String) throws -> [Entry<Case>] {
    try JSONDecoder().decode([Entry<Case>].self, from: contents(of: name))
  }

  static func knownAnswers() throws -> KnownAnswers {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(KnownAnswers.self, from: contents(of: "known_answers"))
  }

  private static func contents(of name: String) throws -> Data {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try Data(contentsOf: tests.appending(path: "Vectors/\(name).json"))
  }
}

/// What became of a published case.
enum Verdict: Equatable {
  case accepted
  case refused(ProofError)
  /// The case has an empty value in place of a hash, of which no `TreeHash` can be made.
  case unreadable

  /// Runs a verification; a test fails if it throws anything else.
  init(of verification: () throws -> Void) {
    do {
      try verification()
      self = .accepted
    } catch let reason as ProofError {
      self = .refused(reason)
    } catch is EmptyHash {
      self = .unreadable
    } catch {
      Issue.record(error)
      self = .unreadable
    }
  }
}

/// A vector holds no bytes where a hash belongs.
private struct EmptyHash: Error {}

extension TreeHash {
  /// The hash in a vector.
  ///
  /// Some cases have a text such as "don't care 1" or "WrongRoot" for a hash that is compared but
  /// never computed with. The hash of the text stands in for it: equal texts stay equal, and the
  /// verifier gets to see the case.
  init(vector data: Data) throws {
    guard !data.isEmpty else { throw EmptyHash() }
    self = try #require(TreeHash(data) ?? TreeHash(Array(SHA256.hash(data: data))))
  }
}

extension [TreeHash] {
  /// The path in a vector; none is the empty one.
  init(vector path: [Data]?) throws {
    self = try (path ?? []).map(TreeHash.init(vector:))
  }
}
