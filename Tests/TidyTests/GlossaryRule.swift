/// The words of the field, held apart from those that say the same less well.
///
/// One word has one meaning everywhere. Only what can be searched without false alarms is here; the
/// rest of the glossary is for reviewers.
enum GlossaryRule {
  /// Names that may not be used, each with what to write instead.
  static let names = [
    "EventDB": "EventLog",
    "EventData": "ProposedEvent or RecordedEvent",
    "StreamOffset": "StreamPosition",
    "GlobalOffset": "GlobalPosition",
    "StreamIndex": "StreamPosition",
    "GlobalIndex": "GlobalPosition",
    "InboxView": "Inbox",
    "InboxModel": "Inbox",
    "TranscriptView": "Transcript",
    "TranscriptModel": "Transcript",
    "botA": "the part it plays: holder, originBot, destinationBot",
    "botB": "the part it plays: holder, originBot, destinationBot",
    "fromBot": "the part it plays: holder or sourceBot",
    "from_bot": "the part it plays: holder or sourceBot",
    "toBot": "destinationBot",
    "to_bot": "destinationBot",
    "targetBot": "destinationBot",
    "currentBot": "holder",
    "currentOwner": "holder; the owner is the account that owns the bots",
    "landingStep": "landingModule",
    "landingNode": "landingModule",
  ]

  /// Ends of type names that may not be used, each with what to write instead.
  static let endings = [
    "Repository": "EventLog, or the read model's own name",
    "DTO": "the name of the thing, or of the body that carries it",
    "ViewModel": "the read model's name: Inbox, Transcript",
    "Exception": "Rejection for a refusal, an …Error for a fault",
    "Manager": "what it manages, or what it does to it",
    "Helper": "an extension of the type it helps",
    "Helpers": "an extension of the type they help",
    "Util": "an extension of the type it serves",
    "Utils": "an extension of the type they serve",
    "Impl": "what sets it apart",
  ]

  /// Names that other people chose.
  private static let foreignNames: Set<Substring> = ["FileManager"]

  /// Folders whose words are not ours: a foreign format is read in its own.
  private static let foreignFolders = ["Sources/LedgerExchange/", "Tests/LedgerExchangeTests/"]

  static func findings(in file: TextFile) -> [Finding] {
    guard file.isSwift, file.path.hasPrefix("Sources/") || file.path.hasPrefix("Tests/"),
      !foreignFolders.contains(where: file.path.hasPrefix)
    else { return [] }
    let fileName = file.path.split(separator: "/").last?.split { $0 == "." || $0 == "+" }.first
    let tokens = fileName.map { [Token(text: $0, line: 0)] } ?? []
    return (tokens + Token.tokens(of: file)).compactMap { token in
      better(than: token.text).map {
        file.finding(at: token.line, "‘\(token.text)’ is not a word of ours; write \($0)")
      }
    }
  }

  private static func better(than name: Substring) -> String? {
    if let word = names[String(name)] { return word }
    guard name.first?.isUppercase == true, !foreignNames.contains(name) else { return nil }
    return endings.first { name.hasSuffix($0.key) }?.value
  }
}
