import Mustache

/// The page's templates, compiled once.
struct PageTemplates: Sendable {
  private let library: MustacheLibrary

  /// The names of the pages.
  enum Page: String, CaseIterable {
    case inbox, login, print, problem, replay
  }

  /// Compiles the templates.
  ///
  /// - Throws: What the parser says of one that is malformed.
  init() throws {
    MustacheContentTypes.register(PageText(), named: PageText.name)
    var library = MustacheLibrary()
    for (name, source) in Self.sources {
      let text = String(decoding: source, as: UTF8.self)
      // Each template says so itself: a part does not inherit it.
      try library.register("{{% CONTENT_TYPE:\(PageText.name)}}\n" + text, named: name)
    }
    self.library = library
  }

  /// Writes a page.
  func render(_ page: Page, _ values: Any) -> String {
    library.render(values, withTemplate: page.rawValue) ?? ""
  }

  private static let sources: [String: [UInt8]] = [
    "bar": PackageResources.bar_mustache,
    "control": PackageResources.control_mustache,
    "conversation": PackageResources.conversation_mustache,
    "entry": PackageResources.entry_mustache,
    "head": PackageResources.head_mustache,
    "hidden": PackageResources.hidden_mustache,
    "inbox": PackageResources.inbox_mustache,
    "keys": PackageResources.keys_mustache,
    "list": PackageResources.list_mustache,
    "login": PackageResources.login_mustache,
    "print": PackageResources.print_mustache,
    "problem": PackageResources.problem_mustache,
    "replay": PackageResources.replay_mustache,
    "row": PackageResources.row_mustache,
    "transcript": PackageResources.transcript_mustache,
  ]
}

/// How texts stand in HTML: every byte that could end a text or an attribute is written out.
///
/// The package's own way goes by characters as people see them, and a quotation mark with a
/// combining mark behind it is another character; a browser goes by code points.
struct PageText: MustacheContentType {
  static let name = "PAGE"

  func escapeText(_ text: String) -> String {
    var escaped: [UInt8] = []
    escaped.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "&"): escaped += "&amp;".utf8
      case UInt8(ascii: "<"): escaped += "&lt;".utf8
      case UInt8(ascii: ">"): escaped += "&gt;".utf8
      case UInt8(ascii: "\""): escaped += "&quot;".utf8
      case UInt8(ascii: "'"): escaped += "&#39;".utf8
      default: escaped.append(byte)
      }
    }
    return String(decoding: escaped, as: UTF8.self)
  }
}
