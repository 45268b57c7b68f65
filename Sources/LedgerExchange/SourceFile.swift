import Foundation

/// Reads of a file from outside: every failure is a sentence.
enum SourceFile {
  /// The whole content of a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - limit: The most bytes it may have.
  /// - Returns: The content.
  /// - Throws: `SourceError` if the file cannot be read, or is larger than the limit.
  static func content(of path: String, limit: Int) throws -> Data {
    let handle = try open(path)
    defer { try? handle.close() }
    let content = try wrapping(path) { try handle.read(upToCount: limit + 1) } ?? Data()
    guard content.count <= limit else {
      throw SourceError(
        "\(path): larger than the \(limit >> 20) MiB a file of this format may have; split it"
      )
    }
    return content
  }

  /// Opens a file for reading.
  static func open(_ path: String) throws -> FileHandle {
    guard FileManager.default.fileExists(atPath: path) else {
      throw SourceError("\(path): there is no such file", isMissing: true)
    }
    let type = try? FileManager.default.attributesOfItem(atPath: path)[.type]
    guard type as? FileAttributeType != .typeDirectory else {
      throw SourceError("\(path): is a folder; name the files in it", isMissing: true)
    }
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw SourceError("\(path): cannot be opened for reading", isMissing: true)
    }
    return handle
  }

  /// Runs a read and gives its failure a sentence.
  static func wrapping<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      throw SourceError("\(path): cannot be read: \(error.localizedDescription)")
    }
  }
}

extension DecodingError {
  /// What was expected and where, without the decoder's machinery.
  ///
  /// - Parameter content: What was decoded: the decoder does not say where JSON is malformed, the
  ///   older parser does.
  /// - Returns: A sentence without a period.
  func sentence(about content: Data) -> String {
    guard case .dataCorrupted = self else { return sentence }
    do {
      _ = try JSONSerialization.jsonObject(with: content, options: [.fragmentsAllowed])
      return sentence
    } catch {
      let detail = (error as NSError).userInfo["NSDebugDescription"] as? String
      return "not valid JSON: \(detail ?? "malformed")"
    }
  }

  /// What was expected and where.
  var sentence: String {
    switch self {
    case .keyNotFound(let key, let context): "\(place(context))\"\(key.stringValue)\" is missing"
    case .typeMismatch(let type, let context): "\(place(context))expected \(word(for: type))"
    case .valueNotFound(let type, let context):
      "\(place(context))expected \(word(for: type)), found null"
    case .dataCorrupted(let context): "\(place(context))\(context.debugDescription)"
    @unknown default: "not understood"
    }
  }

  private func place(_ context: Context) -> String {
    let path = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }
    return path.isEmpty ? "" : "at \(path.joined()): "
  }

  private func word(for type: any Any.Type) -> String {
    if type == String.self { return "a string" }
    if type is any FixedWidthInteger.Type { return "a whole number" }
    return "\(type)".hasPrefix("Array") ? "a list" : "an object"
  }
}
