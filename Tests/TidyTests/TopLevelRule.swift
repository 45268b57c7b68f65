/// What lies at the top of the repository: a newcomer's first screen.
enum TopLevelRule {
  private static let allowed: Set<Substring> = [
    "Package.swift", "README.md", "Sources", "Tests", "docs", "tools",
  ]

  static func findings(among paths: Set<String>) -> [Finding] {
    let names = Set(paths.compactMap { $0.split(separator: "/").first })
    return names.filter { !allowed.contains($0) && !$0.hasPrefix(".") }.sorted().map {
      Finding(path: String($0), line: 1, advice: "move it into Sources, Tests, docs, or tools")
    }
  }
}
