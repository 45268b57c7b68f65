import Testing

@Suite
struct `The repository` {
  private let checkout = Checkout.here

  @Test
  func `has its sources, its tests, and its tools where these tests look for them`() {
    #expect(checkout.paths.contains("Package.swift"))
    #expect(checkout.paths.contains("Tests/TidyTests/RepositoryTests.swift"))
    #expect(checkout.textFiles.contains { $0.isSource })
    #expect(checkout.textFiles.contains { $0.isMarkdown })
  }

  @Test
  func `has no line past column 100`() {
    expectNone(checkout.textFiles.flatMap(SizeRules.longLines))
  }

  @Test
  func `has no source file past 400 lines`() {
    expectNone(checkout.textFiles.flatMap(SizeRules.longFile))
  }

  @Test
  func `has no function past 60 lines in its sources`() {
    expectNone(checkout.textFiles.flatMap(SizeRules.longFunctions))
  }

  @Test
  func `imports only what the table allows`() {
    expectNone(checkout.textFiles.flatMap(ImportRule.findings))
  }

  @Test(arguments: PhraseRule.all)
  func `keeps each phrase to its places`(rule: PhraseRule) {
    expectNone(checkout.textFiles.flatMap(rule.findings))
  }

  @Test
  func `uses the glossary's words`() {
    expectNone(checkout.textFiles.flatMap(GlossaryRule.findings))
  }

  @Test
  func `gives every page one title`() {
    expectNone(checkout.textFiles.flatMap(MarkdownRules.titles))
  }

  @Test
  func `has no relative link that leads nowhere`() {
    expectNone(
      checkout.textFiles.flatMap { MarkdownRules.links(in: $0, among: checkout.paths) }
    )
  }

  @Test
  func `tells nothing of the machine it was written on`() {
    expectNone(checkout.textFiles.flatMap(MachineRule.here(root: checkout.root).findings))
  }

  @Test
  func `keeps its top level short`() {
    expectNone(TopLevelRule.findings(among: checkout.paths))
  }

  /// Records every finding as an issue of its own, so that one run shows them all.
  private func expectNone(
    _ findings: [Finding],
    sourceLocation: SourceLocation = #_sourceLocation,
  ) {
    for finding in findings {
      Issue.record("\(finding)", sourceLocation: sourceLocation)
    }
  }
}
