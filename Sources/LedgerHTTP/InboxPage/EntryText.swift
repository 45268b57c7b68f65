import ConversationLedger
import Conversations

extension EventRow {
  /// All that an event says, as plain text: what a page cuts is read here.
  var wholeText: String {
    let said = erased == true ? Transcript.erasedText : text ?? ""
    var parts = said.isEmpty ? [] : [said]
    if let reason { parts.append("Reason:\n\(reason)") }
    if let replies = content?.quickReplies {
      parts.append("Answers offered:\n" + replies.map { "- \($0)" }.joined(separator: "\n"))
    }
    if let card = content?.card { parts.append("Card:\n" + PageNames.text(card)) }
    if let attachment = content?.attachment {
      parts.append("Attachment:\n" + PageNames.text(attachment))
    }
    if let variables = content?.variables {
      let lines = variables.map { "\($0.name): \(PageNames.text($0.value))" }
      parts.append("Variables:\n" + lines.joined(separator: "\n"))
    }
    return parts.joined(separator: "\n\n") + "\n"
  }
}
