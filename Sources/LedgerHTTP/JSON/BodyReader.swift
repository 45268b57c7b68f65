import Conversations
import Foundation
import Hummingbird
import NIOCore

/// The members of a JSON body, taken one by one by their names and types; what is left over at
/// the end is a mistake, and so is what has another type.
struct BodyReader {
  private var members: JSONObject
  /// Where the members stand, for the sentences.
  ///
  /// Empty, or like `modules[0].`
  private let place: String

  /// Reads the body of a request; none counts as `{}`.
  ///
  /// - Throws: `malformed_body`, `too_large`, `request_timeout` or `unsupported_media_type`.
  init(of request: Request, limits: ServeConfiguration.Limits) async throws {
    let bytes = try await request.bytes(limits)
    if !bytes.isEmpty { try request.requireJSON() }
    guard !bytes.isEmpty else {
      self.init([:], at: "")
      return
    }
    do {
      guard case .object(let members) = try StrictJSON.parse(bytes) else {
        throw Problem.malformedBody("the body is one JSON object")
      }
      self.init(members, at: "")
    } catch let error as StrictJSON.Malformed {
      throw Problem.malformedBody(error.sentence)
    }
  }

  private init(_ members: JSONObject, at place: String) {
    self.members = members
    self.place = place
  }

  /// Takes a member as it is; `null` counts as missing.
  mutating func value(_ name: String) -> JSONValue? {
    guard let value = members[name] else { return nil }
    members[name] = nil
    return value == .null ? nil : value
  }

  /// Takes a member by a type of its own.
  private mutating func take<Value>(
    _ name: String,
    _ kind: @autoclosure () -> String,
    _ read: (JSONValue) throws -> Value?,
  ) throws -> Value? {
    guard let value = value(name) else { return nil }
    guard let result = try read(value) else {
      throw Problem.malformedBody("\(place)\(name) is \(kind())")
    }
    return result
  }

  /// Takes a string; its length counts Unicode scalars, as JSON Schema does.
  mutating func string(_ name: String, length: ClosedRange<Int>? = nil) throws -> String? {
    try take(name, Self.kind(ofStringOf: length)) { value in
      guard case .string(let text) = value else { return nil }
      return length?.contains(text.unicodeScalars.count) == false ? nil : text
    }
  }

  private static func kind(ofStringOf length: ClosedRange<Int>?) -> String {
    let size = length.map { " of \($0.lowerBound) to \($0.upperBound) characters" } ?? ""
    return "a string\(size)"
  }

  /// Takes the identifier of something, written as a UUID.
  mutating func identifier<Subject>(
    _ name: String,
    of subject: Subject.Type = Subject.self,
  ) throws -> Identifier<Subject>? {
    try take(name, "a string that holds a UUID") { value in
      guard case .string(let text) = value else { return nil }
      return Identifier<Subject>(text)
    }
  }

  /// Takes the number of a module.
  mutating func module(_ name: String) throws -> ModuleID? {
    try take(name, "a positive integer") { value in
      guard case .integer(let number) = value else { return nil }
      return UInt32(exactly: number).flatMap(ModuleID.init)
    }
  }

  /// Takes a whole number.
  mutating func integer(_ name: String) throws -> Int64? {
    try take(name, "an integer") { if case .integer(let number) = $0 { number } else { nil } }
  }

  /// Takes `true` or `false`.
  mutating func flag(_ name: String) throws -> Bool? {
    try take(name, "true or false") { if case .bool(let flag) = $0 { flag } else { nil } }
  }

  /// Takes an object of whatever members.
  mutating func object(_ name: String) throws -> JSONObject? {
    try take(name, "an object") { if case .object(let members) = $0 { members } else { nil } }
  }

  /// Takes a list of strings.
  mutating func strings(_ name: String) throws -> [String]? {
    try take(name, "a list of strings") { value in
      guard case .array(let values) = value else { return nil }
      let texts = values.compactMap { if case .string(let text) = $0 { text } else { nil } }
      return texts.count == values.count ? texts : nil
    }
  }

  /// Takes an object and reads its members; none may be left over.
  mutating func members<Value>(
    _ name: String,
    _ read: (inout BodyReader) throws -> Value,
  ) throws -> Value? {
    guard let members = try object(name) else { return nil }
    return try Self.read(members, at: "\(place)\(name).", read)
  }

  /// Takes a list of objects and reads the members of each; none may be left over.
  mutating func list<Value>(
    _ name: String,
    _ read: (inout BodyReader) throws -> Value,
  ) throws -> [Value]? {
    let place = place
    return try take(name, "a list of objects") { value in
      guard case .array(let values) = value else { return nil }
      return try values.enumerated().map { index, value in
        guard case .object(let members) = value else {
          throw Problem.malformedBody("\(place)\(name)[\(index)] is an object")
        }
        return try Self.read(members, at: "\(place)\(name)[\(index)].", read)
      }
    }
  }

  private static func read<Value>(
    _ members: JSONObject,
    at place: String,
    _ read: (inout BodyReader) throws -> Value,
  ) throws -> Value {
    var reader = BodyReader(members, at: place)
    let value = try read(&reader)
    try reader.finish()
    return value
  }

  /// Refuses members nobody took.
  func finish() throws(Problem) {
    guard let name = members.first?.name else { return }
    throw .malformedBody("\(place)\(name) is not a member of this body")
  }

  /// Insists on a member.
  func require<Value>(_ value: Value?, _ name: String) throws(Problem) -> Value {
    guard let value else { throw .malformedBody("\(place)\(name) is missing") }
    return value
  }
}

extension Request {
  /// The body, whole.
  func bytes(_ limits: ServeConfiguration.Limits) async throws -> [UInt8] {
    let limit = limits.bodyBytes
    if let length = headers[.contentLength].flatMap({ Int($0) }), length > limit {
      throw Problem.bodyTooLarge(limit)
    }
    do {
      let buffer = try await body.collect(upTo: limit)
      return Array(buffer.readableBytesView)
    } catch is NIOTooManyBytesError {
      throw Problem.bodyTooLarge(limit)
    } catch let problem as Problem {
      throw problem
    } catch {
      // Whatever else ends a body is the client's doing: it left, or its connection failed.
      throw Problem(400, Problem.malformedRequest.code, "the body did not come whole")
    }
  }

  /// Refuses a body that says that it is something else than JSON.
  fileprivate func requireJSON() throws(Problem) {
    guard let type = headers[.contentType], type != "application/json" else { return }
    let parts = type.lowercased().split(separator: ";").map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    let isUnicode = parts.dropFirst().allSatisfy {
      !$0.hasPrefix("charset=") || $0.contains("utf-8")
    }
    guard parts.first == "application/json", isUnicode else {
      throw Problem(
        415,
        "unsupported_media_type",
        "the body is JSON; send Content-Type: application/json",
      )
    }
  }
}

extension Problem {
  /// A body larger than the server takes.
  static func bodyTooLarge(_ limit: Int) -> Problem {
    Problem(413, Refusal.Code.tooLarge.name, "a body has at most \(limit) bytes")
  }
}
