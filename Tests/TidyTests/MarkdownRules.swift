import Foundation

/// What every page of documentation keeps to.
enum MarkdownRules {
  /// A page has one title, so that it has one subject.
  static func titles(in file: TextFile) -> [Finding] {
    guard file.isMarkdown else { return [] }
    let titles = proseLines(of: file).filter { $0.text.hasPrefix("# ") }
    guard !titles.isEmpty else {
      return [file.finding(at: 0, "the page has no title; begin it with one line ‘# Title’")]
    }
    return titles.dropFirst().map {
      file.finding(at: $0.index, "a second title; write ‘## ’, or make it a page of its own")
    }
  }

  /// A relative link leads to a file or a folder that a clone has.
  static func links(in file: TextFile, among paths: Set<String>) -> [Finding] {
    guard file.isMarkdown else { return [] }
    return proseLines(of: file).flatMap { line in
      targets(in: line.text).filter { !resolves($0, from: file.path, among: paths) }.map {
        file.finding(
          at: line.index,
          "the link ‘\($0)’ leads nowhere; write the path from this page to a file of a clone",
        )
      }
    }
  }

  /// The lines outside code fences, with code inside them taken out, and their indices.
  private static func proseLines(of file: TextFile) -> [(index: Int, text: String)] {
    var fence: Substring?
    return file.lines.enumerated().compactMap { index, line in
      let marker = line.drop { $0 == " " }.prefix { $0 == "`" || $0 == "~" }
      if let open = fence {
        if marker.hasPrefix(open) { fence = nil }
        return nil
      }
      if marker.hasPrefix("```") || marker.hasPrefix("~~~") {
        fence = marker
        return nil
      }
      return (index, withoutCode(line))
    }
  }

  private static func withoutCode(_ line: Substring) -> String {
    let pieces = line.split(separator: "`", omittingEmptySubsequences: false)
    return pieces.enumerated().filter { $0.offset.isMultiple(of: 2) }.map { String($0.element) }
      .joined()
  }

  /// The targets of links and images, `[text](target "title")` and `[label]: target`.
  private static func targets(in line: String) -> [String] {
    let inline = line.matches(of: /\]\(<?([^)\s>]+)/).map { String($0.output.1) }
    let reference = line.firstMatch(of: /^\s*\[[^\]]+\]:\s*<?([^\s>]+)/)
    return inline + (reference.map { [String($0.output.1)] } ?? [])
  }

  private static func resolves(
    _ target: String,
    from page: String,
    among paths: Set<String>,
  ) -> Bool {
    if target.hasPrefix("#") || target.contains(/^[A-Za-z][A-Za-z0-9+.\-]*:/) { return true }
    let link = target.split(separator: "#", omittingEmptySubsequences: false)[0]
    var components = page.split(separator: "/").dropLast().map(String.init)
    guard !link.hasPrefix("/") else { return false }
    for component in link.split(separator: "/") where component != "." {
      if component != ".." {
        components.append(component.removingPercentEncoding ?? String(component))
      } else if components.popLast() == nil {
        return false
      }
    }
    let path = components.joined(separator: "/")
    return path.isEmpty || paths.contains(path)
      || paths.contains { $0.hasPrefix(path + "/") }
  }
}
