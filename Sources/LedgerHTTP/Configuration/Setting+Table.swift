extension Setting {
  /// Every setting of the server, in the order of the operating guide.
  static let all = place + limits + tokens + others

  private static let place: [Setting] = [
    .text("ledger", "the ledger's folder") { $0.ledger = $2 },
    .number("map-size-mib", 1...(1 << 27), "the most the log can grow to, in MiB") {
      $0.mapSizeInMiB = $1
    },
    .text("address", "the address to bind to") { $0.address = $2 },
    .number("port", 0...65_535, "the port; 0 takes a free one") { $0.port = $1 },
    .number("stop-seconds", 1...3_600, "the seconds running requests have to end in at a stop") {
      $0.stopSeconds = $1
    },
    .text("tls.certificate", "the PEM file of the certificate chain") { configuration, _, path in
      configuration.tls = configuration.tls ?? ServeConfiguration.TLSFiles()
      configuration.tls?.certificate = path
    },
    .text("tls.key", "the PEM file of the private key") { configuration, _, path in
      configuration.tls = configuration.tls ?? ServeConfiguration.TLSFiles()
      configuration.tls?.key = path
    },
    .text("public-url", "the address the server is known by, behind a proxy") {
      $0.publicURL = $2
    },
    .text("proxies", "the proxies' addresses, joined by commas, whose X-Forwarded-For counts") {
      $0.proxies = Set($2.split { $0 == "," || $0.isWhitespace }.map(String.init))
    },
  ]

  private static let limits = connections + rates + questions

  private static let connections: [Setting] = [
    .number("limits.body-bytes", 1...(1 << 30), "the most bytes of a body (413)") {
      $0.limits.bodyBytes = $1
    },
    .number("limits.header-bytes", 256...(1 << 20), "the most bytes of all header fields (431)") {
      $0.limits.headerBytes = $1
    },
    .number("limits.connections", 1...1_000_000, "the most connections at once (429)") {
      $0.limits.connections = $1
    },
    .number(
      "limits.connections-per-address",
      0...1_000_000,
      "the most of one address, but of a proxy; 0: any (429)",
    ) { $0.limits.connectionsPerAddress = $1 },
    .number("limits.request-seconds", 1...3_600, "the seconds a request may take to arrive (408)") {
      $0.limits.requestSeconds = $1
    },
    .number("limits.idle-seconds", 1...86_400, "the seconds a connection may take in nothing") {
      $0.limits.idleSeconds = $1
    },
    .number("limits.answer-bytes", 1...(1 << 40), "the most bytes of one answer (413)") {
      $0.limits.answerBytes = $1
    },
    .number("limits.waiting-bytes", 1...(1 << 40), "the most that wait for readers (503)") {
      $0.limits.waitingBytes = $1
    },
  ]

  private static let rates: [Setting] = [
    .number("limits.requests-per-second", 0...1_000_000, "the most of one user; 0: any (429)") {
      $0.limits.requests.calls = $1
    },
    .number("limits.bytes-per-second", 0...(1 << 40), "the most of one user; 0: any (429)") {
      $0.limits.requests.bytes = $1
    },
    .number(
      "limits.visitor-requests-per-second",
      0...1_000_000,
      "the most of one visitor; 0: any (429)",
    ) { $0.limits.visitors.calls = $1 },
    .number(
      "limits.visitor-bytes-per-second",
      0...(1 << 40),
      "the most of one visitor; 0: any (429)",
    ) { $0.limits.visitors.bytes = $1 },
    .number(
      "limits.open-requests-per-second",
      0...1_000_000,
      "the most of one address without a token; 0: any (429)",
    ) { $0.limits.open.calls = $1 },
    .number(
      "limits.open-bytes-per-second",
      0...(1 << 40),
      "the most of one address without a token; 0: any (429)",
    ) { $0.limits.open.bytes = $1 },
  ]

  private static let questions: [Setting] = [
    .number("questions.threads", 1...1_024, "the threads that answer costly questions") {
      $0.questions.threads = $1
    },
    .number("questions.seconds", 1...3_600, "the seconds a costly question may take (503)") {
      $0.questions.seconds = $1
    },
    .number("questions.waiting", 0...100_000, "the costly questions that may wait (429)") {
      $0.questions.waiting = $1
    },
    .number("questions.waiting-per-person", 0...100_000, "those of one person (429)") {
      $0.questions.waitingPerPerson = $1
    },
  ]

  private static let tokens: [Setting] = [
    .word("tokens.keys.*.algorithm", "HS256, ES256 or EdDSA") {
      $0.tokens.keys[$1, default: .init()].algorithm = $2
    },
    .text("tokens.keys.*.secret", "the secret of HS256") {
      $0.tokens.keys[$1, default: .init()].secret = $2
    },
    .text("tokens.keys.*.secret-file", "the file of the secret of HS256") {
      $0.tokens.keys[$1, default: .init()].secretFile = $2
    },
    .text("tokens.keys.*.public-key-file", "the PEM file of the public key") {
      $0.tokens.keys[$1, default: .init()].publicKeyFile = $2
    },
    .text("tokens.keys.*.private-key-file", "the PEM file of the private key, to issue tokens") {
      $0.tokens.keys[$1, default: .init()].privateKeyFile = $2
    },
    .text("tokens.sign-with", "the key that issued tokens are signed with") {
      $0.tokens.signWith = $2
    },
    .text("tokens.audience", "the audience a token must name") { $0.tokens.audience = $2 },
    .number("tokens.leeway-seconds", 0...3_600, "the seconds that clocks may differ by") {
      $0.tokens.leewaySeconds = $1
    },
  ]

  private static let others: [Setting] = [
    .word("log.format", "text or json") { $0.log.format = $2 },
    .text("log.level", "trace, debug, info, notice, warning, error or critical") {
      $0.log.level = $2
    },
    .number("scrub.records-per-second", 0...1_000_000, "the records compared again; 0: none") {
      $0.scrubRecordsPerSecond = $1
    },
    .number("live.heartbeat-seconds", 1...3_600, "the seconds of silence before a sign of life") {
      $0.live.heartbeatSeconds = $1
    },
    .number("live.followers", 1...1_000_000, "the most readers of live streams (503)") {
      $0.live.followers = $1
    },
    .number(
      "live.followers-per-person",
      0...1_000_000,
      "the most streams of one person; 0: any (429)",
    ) { $0.live.followersPerPerson = $1 },
    .number("live.buffered-events", 1...1_000_000, "the events kept for readers a little behind") {
      $0.live.bufferedEvents = $1
    },
    .number("live.patience-seconds", 1...3_600, "the seconds a reader may take in nothing") {
      $0.live.patienceSeconds = $1
    },
    .text("webhooks.*.url", "where an agent desk takes posts") {
      $0.webhooks[$1, default: .init()].url = $2
    },
    .text("webhooks.*.secret", "the secret the posts are signed with") {
      $0.webhooks[$1, default: .init()].secret = $2
    },
    .text("webhooks.*.secret-file", "the file of that secret") {
      $0.webhooks[$1, default: .init()].secretFile = $2
    },
    .text("webhooks.*.claim-url", "where it takes claims, if elsewhere") {
      $0.webhooks[$1, default: .init()].claimURL = $2
    },
    .ownNumber("webhooks.*.after", 0...Int.max, "the log position to begin behind at first") {
      $0.webhooks[$1, default: .init()].after = $2
    },
    .ownNumber("webhooks.*.timeout-seconds", 1...60, "the seconds a post may take") {
      $0.webhooks[$1, default: .init()].timeoutSeconds = $2
    },
    .text("webhooks.*.owner", "only the conversations of this owner") {
      $0.webhooks[$1, default: .init()].owner = $2
    },
  ]
}
