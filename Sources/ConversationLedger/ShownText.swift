import Conversations

extension String {
  /// The text's beginning in at most so many bytes, cut between Unicode scalars.
  ///
  /// Not between characters, because one character can be a megabyte of combining marks.
  func cut(toBytes limit: Int) -> String {
    guard utf8.count > limit else { return self }
    var end = utf8.index(startIndex, offsetBy: limit)
    while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
    return String(self[..<end])
  }

  /// The text's beginning as a list shows it: at most so many characters as people see them, and
  /// so many bytes; an ellipsis says that there is more.
  ///
  /// - Parameters:
  ///   - count: The most characters, the ellipsis among them.
  ///   - limit: The most bytes of what is kept.
  /// - Returns: The text, or its beginning.
  func shown(characters count: Int, bytes limit: Int) -> String {
    // Cut by bytes first: to count the characters of megabytes costs as much as to show them.
    let short = cut(toBytes: limit)
    guard short.count > count || short.utf8.count < utf8.count else { return self }
    return short.prefix(count - 1) + "…"
  }

  /// A name as it is shown: whole, unless an earlier release took one that is too long.
  var shownName: String { shown(characters: shownNameLength, bytes: shownNameByteCount) }

  /// The first words of a text, on one line.
  var shownPreview: String {
    let line = cut(toBytes: previewByteCount + 1).split(whereSeparator: \.isNewline)
      .joined(separator: " ")
    let isWhole = utf8.count <= previewByteCount
    let preview = line.shown(characters: previewLength, bytes: previewByteCount)
    return isWhole || preview.hasSuffix("…") ? preview : preview + "…"
  }
}

extension EventBody? {
  /// The first words of a message, on one line; what stands for words that were erased.
  var shownPreview: String { self?.shownText.shownPreview ?? Transcript.erasedText }
}

/// The most characters of a preview; more than a list shows on any screen.
private let previewLength = 120
/// The most bytes of a preview: enough for as many characters of any script.
private let previewByteCount = 2_048
/// The most characters of a name.
private let shownNameLength = 1_024
/// The most bytes of a name: what new ones may have (`nameByteCountLimit`).
private let shownNameByteCount = 1_024
