import Foundation

/// What a search through the files of a ledger found of erased words.
public struct HuntResult: Codable, Hashable, Sendable {
  /// How many texts and names were searched for.
  public var texts: Int
  /// How many forms of them: UTF-8, UTF-16, escaped in JSON.
  public var forms: Int
  /// Whether these are all forms.
  public var complete: Bool
  /// How many files were read.
  public var files: Int
  /// How many bytes they have.
  public var bytes: Int
  /// How many places were found.
  public var found: Int
  /// The first of them; the words themselves are not repeated here.
  public var leftovers: [Leftover]

  /// A place where an erased text still lies.
  public struct Leftover: Codable, Hashable, Sendable {
    /// The file, from the ledger's folder.
    public var file: String
    /// The byte it begins at, from 0.
    public var offset: Int
  }
}

/// A search for many words at a time through every byte of a folder's files.
///
/// The first six bytes of each form are a number; a number is made of every six bytes that are
/// read, and looked up.
struct Hunt {
  /// The bytes of the number.
  private static let windowLength = HuntedWords.shortestForm
  private static let windowMask: UInt64 = (1 << (8 * UInt64(windowLength))) - 1
  /// How much of a file is read at a time.
  private static let chunkLength = 1 << 20
  /// The most places that are named.
  private static let leftoverLimit = 100
  /// The bits of a table that most numbers are not in; a power of two.
  private static let filterBits: UInt64 = 1 << 24

  private let words: HuntedWords
  private var forms: [UInt64: [[UInt8]]] = [:]
  private var filter: [UInt64]

  init(for words: HuntedWords) {
    self.words = words
    filter = [UInt64](repeating: 0, count: Int(Self.filterBits / 64))
    for form in words.forms {
      let number = form.prefix(Self.windowLength).reduce(0) { $0 << 8 | UInt64($1) }
      forms[number, default: []].append(form)
      let bit = Self.place(of: number)
      filter[Int(bit >> 6)] |= 1 << (bit & 63)
    }
  }

  private static func place(of number: UInt64) -> UInt64 {
    // Fibonacci hashing: the golden ratio's bits, of which the upper ones are mixed best.
    (number &* 0x9E37_79B9_7F4A_7C15) >> 40 & (filterBits - 1)
  }

  /// Reads every file below a folder.
  func search(_ folder: String) throws -> HuntResult {
    var result = HuntResult(
      texts: words.textCount,
      forms: words.forms.count,
      complete: words.isComplete,
      files: 0,
      bytes: 0,
      found: 0,
      leftovers: [],
    )
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder).sorted() {
      let path = folder + "/" + name
      // A file that went meanwhile holds nothing any more.
      let kind =
        try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
      guard kind == .typeRegular else { continue }
      result.files += 1
      try search(file: name, at: path, &result)
    }
    return result
  }

  private func search(file name: String, at path: String, _ result: inout HuntResult) throws {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    defer { try? file.close() }
    var (buffer, start) = ([UInt8](), 0)
    while true {
      let chunk = try file.read(upToCount: Self.chunkLength) ?? Data()
      buffer += chunk
      result.bytes += chunk.count
      // What could begin here and end in the next chunk is looked at with that one.
      let end = chunk.isEmpty ? buffer.count : max(0, buffer.count - HuntedWords.formLength)
      for offset in matches(in: buffer, beginningBefore: end) {
        result.found += 1
        guard result.leftovers.count < Self.leftoverLimit else { continue }
        result.leftovers.append(HuntResult.Leftover(file: name, offset: start + offset))
      }
      if chunk.isEmpty { return }
      buffer.removeFirst(end)
      start += end
    }
  }

  /// Where forms begin.
  private func matches(in bytes: [UInt8], beginningBefore end: Int) -> [Int] {
    var found: [Int] = []
    var number: UInt64 = 0
    let last = min(end + Self.windowLength - 1, bytes.count)
    for index in 0..<last {
      number = (number << 8 | UInt64(bytes[index])) & Self.windowMask
      guard index >= Self.windowLength - 1 else { continue }
      let bit = Self.place(of: number)
      guard filter[Int(bit >> 6)] & 1 << (bit & 63) != 0, let candidates = forms[number] else {
        continue
      }
      let begin = index - Self.windowLength + 1
      if candidates.contains(where: { bytes[begin...].starts(with: $0) }) { found.append(begin) }
    }
    return found
  }
}
