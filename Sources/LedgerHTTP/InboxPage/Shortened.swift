/// The most bytes of a name that a page shows; longer ones came in before there was a limit.
let shownNameLength = 200
/// The most bytes of the words of an entry that a page shows: more than nearly anybody writes.
///
/// A page of 300 entries stays below eight million bytes then, though escaping may make six bytes
/// of one.
let shownEntryLength = 4_096
/// The most bytes of a reason, or of the words of an event in a list.
let shownLineLength = 400

extension String {
  /// The text, or its beginning and an ellipsis if it has more bytes than that.
  func shortened(to length: Int) -> String {
    guard utf8.count > length else { return self }
    var bytes = Array(utf8.prefix(length))
    // A character that was cut through is left out.
    while let last = bytes.last, last & 0xC0 == 0x80 { bytes.removeLast() }
    if let last = bytes.last, last >= 0xC0 { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self) + "…"
  }
}

/// How much of an entry's words still fits onto a page.
struct EntrySpace {
  private var left = shownEntryLength
  /// Whether something did not fit.
  private(set) var isCut = false

  /// Takes a text as far as it fits; `nil` if nothing of it does.
  mutating func take(_ text: String) -> String? {
    guard left > 0 else {
      isCut = true
      return nil
    }
    let shown = text.shortened(to: left)
    isCut = isCut || text.utf8.count > left
    // An empty text takes a place too.
    left -= min(text.utf8.count, left) + 1
    return shown
  }

  /// Takes texts as long as they fit.
  mutating func take(_ texts: [String]) -> [String] {
    var shown: [String] = []
    for text in texts {
      guard let part = take(text) else { break }
      shown.append(part)
    }
    return shown
  }
}
