/// How the server is set up: what the file, the environment and the flags came to.
public struct ServeConfiguration: Sendable, Hashable {
  /// The ledger's folder.
  public var ledger = "./ledger-data"
  /// The most the log can grow to, in MiB; the ledger's own standard if `nil`.
  public var mapSizeInMiB: Int?
  /// The address to bind to; only this machine unless told otherwise.
  public var address = "127.0.0.1"
  /// The port; 0 takes a free one.
  public var port = 8080
  /// The seconds that running requests have to end in when the server stops.
  public var stopSeconds = 30
  /// Certificate and key; plain HTTP if `nil`.
  public var tls: TLSFiles?
  /// The address people and programs know the server by, if that is another one than it binds to.
  public var publicURL: String?
  /// The addresses of the proxies before the server, whose `X-Forwarded-For` is believed.
  public var proxies: Set<String> = []
  /// What a client may ask for.
  public var limits = Limits()
  /// Questions whose cost grows with the ledger.
  public var questions = QuestionSettings()
  /// What tokens are held against.
  public var tokens = TokenSettings()
  /// The server's log.
  public var log = LogSettings()
  /// The live streams.
  public var live = LiveSettings()
  /// The records that are compared with their leaves a second, round and round; 0 for none.
  public var scrubRecordsPerSecond = 1_000
  /// The agent desks that are told of what happens, by name.
  public var webhooks: [String: WebhookSettings] = [:]

  /// The standard set-up.
  public init() {}

  /// Whether browsers come by TLS: the server has a certificate, or a proxy before it has.
  var isSecure: Bool { tls != nil || publicURL?.lowercased().hasPrefix("https:") == true }

  /// Where certificate and key lie, in PEM.
  public struct TLSFiles: Sendable, Hashable {
    /// The certificate chain.
    public var certificate = ""
    /// The private key.
    public var key = ""
  }

  /// What tokens are held against.
  public struct TokenSettings: Sendable, Hashable {
    /// The keys by their `kid`; without any, one secret is made in the ledger's folder.
    public var keys: [String: TokenKey] = [:]
    /// The `kid` of the key that `token issue` signs with; the first in order if `nil`.
    public var signWith: String?
    /// The audience a token must name; any, or none, if `nil`.
    public var audience: String?
    /// The seconds that clocks may differ by.
    public var leewaySeconds = 30
  }

  /// A key for tokens.
  public struct TokenKey: Sendable, Hashable {
    /// The algorithm.
    public var algorithm = TokenAlgorithm.hs256
    /// The secret of HS256 itself; better kept in a file.
    public var secret: String?
    /// The file of the secret.
    public var secretFile: String?
    /// The PEM file of the public key of ES256 or EdDSA.
    public var publicKeyFile: String?
    /// The PEM file of its private key; only who issues tokens needs it.
    public var privateKeyFile: String?
  }

  /// The signatures that are taken.
  public enum TokenAlgorithm: String, Sendable, Hashable, CaseIterable {
    /// HMAC with SHA-256.
    case hs256 = "HS256"
    /// ECDSA on the curve P-256 with SHA-256.
    case es256 = "ES256"
    /// Ed25519.
    case edDSA = "EdDSA"
  }

  /// The server's log.
  public struct LogSettings: Sendable, Hashable {
    /// Lines for people or for programs.
    public var format = LogFormat.text
    /// The least level that is written: `trace`, `debug`, `info`, `notice`, `warning`, `error`.
    public var level = "info"
  }

  /// How log lines look.
  public enum LogFormat: String, Sendable, Hashable, CaseIterable {
    /// One JSON object a line.
    case json
    /// For eyes.
    case text
  }

  /// The live streams.
  public struct LiveSettings: Sendable, Hashable {
    /// The seconds of silence after which a stream shows that it lives.
    public var heartbeatSeconds = 15
    /// The most readers at a time; beyond it 503.
    public var followers = 10_000
    /// The most streams of one person at a time; beyond it 429; 0 is no limit.
    public var followersPerPerson = 64
    /// The events kept in memory for readers that are a little behind; the others read the log.
    public var bufferedEvents = 4_096
    /// The seconds a reader may take in nothing before it is dropped.
    public var patienceSeconds = 10
  }

  /// An agent desk that is told of what happens.
  public struct WebhookSettings: Sendable, Hashable {
    /// Where to post.
    public var url = ""
    /// The secret the posts are signed with.
    public var secret: String?
    /// The file of that secret.
    public var secretFile: String?
    /// Where to post claims, if elsewhere.
    public var claimURL: String?
    /// Only conversations of this owner; all if `nil`.
    public var owner: String?
    /// The log position to begin behind when the desk is new.
    public var after = 0
    /// The seconds a post may take.
    public var timeoutSeconds = 5
  }
}
