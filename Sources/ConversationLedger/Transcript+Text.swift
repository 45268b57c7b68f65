import Conversations
import Foundation

extension Transcript {
  /// The transcript as plain text (R16).
  ///
  /// An empty line stands where a bot handed over, and nowhere else: line breaks inside a message
  /// go on as indented lines, a message without text is a named stand-in.
  public var plainText: String {
    entries.map(\.plainText).map { $0 + "\n" }.joined()
  }
}

extension TranscriptEntry {
  /// The entry's line or lines; empty for a handover.
  var plainText: String {
    switch kind {
    case "handover": ""
    case "message": "\(when)  \(speaker): \(indented(shown))"
    case "note": "\(when)  [note by \(speaker)] \(indented(shown))"
    case "agentRequested": "\(when)  [\(speaker) asked for an agent\(because)]"
    case "agentTookOver": "\(when)  [agent \(name) took over\(because)]"
    case "agentHandedBack": "\(when)  [agent \(name) handed back\(because)]"
    case "ended": "\(when)  [ended by \(speaker)\(because)]"
    default: "\(when)  [\(type ?? kind)\(text.isEmpty ? "" : ": " + indented(text))\(because)]"
    }
  }

  /// The time to the second, in UTC.
  private var when: String {
    String(at.prefix(19)).replacing("T", with: " ")
  }

  private var name: String { oneLine(author.name ?? author.id ?? "unknown") }

  private var speaker: String {
    guard let name = author.name ?? (author.kind == "visitor" ? nil : author.id) else {
      return author.kind
    }
    return "\(author.kind) \(oneLine(name))"
  }

  private var because: String { reason.map { ": " + oneLine($0) } ?? "" }

  private var shown: String {
    guard text.isEmpty else { return text }
    if content?.attachment != nil { return "(attachment)" }
    return content?.card != nil ? "(card)" : Transcript.emptyText
  }

  /// A text whose line breaks go on as indented lines, so that none of its lines is empty.
  private func indented(_ text: String) -> String {
    lines(text).joined(separator: "\n    | ")
  }

  private func oneLine(_ text: String) -> String {
    lines(text).joined(separator: " ")
  }

  /// The lines of a text, broken at every character Unicode calls a line break.
  private func lines(_ text: String) -> [String] {
    text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
  }
}
