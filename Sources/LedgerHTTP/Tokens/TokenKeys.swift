import Crypto
import Foundation
import JWTKit

/// The keys that tokens are signed with and held against.
public struct TokenKeys: Sendable {
  private let keys: [String: Key]
  private let signWith: String?

  /// A key and its one algorithm.
  struct Key: Sendable {
    let kid: String
    let algorithm: ServeConfiguration.TokenAlgorithm
    let signer: any JWTAlgorithm
    let canSign: Bool

    /// Whether a signature is this key's.
    func accepts(_ signature: [UInt8], of signed: ArraySlice<UInt8>) -> Bool {
      (try? signer.verify(signature, signs: signed)) == true
    }
  }

  /// Reads the keys a configuration names.
  ///
  /// - Parameters:
  ///   - configuration: Without any key in it, a secret is kept in its ledger's folder.
  ///   - isMaking: Whether that secret is made if it is not there; if not, there is no key.
  /// - Throws: `ConfigurationError` if a key cannot be read, is too short, or is publicly known.
  public init(_ configuration: ServeConfiguration, making isMaking: Bool = true) async throws {
    let settings = configuration.tokens
    var named = settings.keys
    if named.isEmpty, let key = try Self.ledgerKey(in: configuration.ledger, making: isMaking) {
      named = ["ledger": key]
    }
    var keys: [String: Key] = [:]
    for (kid, key) in named {
      do {
        keys[kid] = try await Self.read(key, kid)
      } catch let error as ConfigurationError {
        throw error
      } catch {
        throw ConfigurationError(
          "tokens.keys.\(kid) is no key of \(key.algorithm.rawValue) in PEM: \(error)"
        )
      }
    }
    self.keys = keys
    signWith = settings.signWith ?? keys.values.filter(\.canSign).map(\.kid).min()
  }

  /// The keys a header's signature may be of: the one it names, or all of its algorithm.
  func candidates(for header: TokenHeader) -> [Key] {
    if let keyID = header.keyID {
      return keys[keyID].map { [$0] }?.filter { $0.algorithm.rawValue == header.algorithm } ?? []
    }
    return keys.values.filter { $0.algorithm.rawValue == header.algorithm }
      .sorted { $0.kid < $1.kid }
  }

  /// Makes a token.
  ///
  /// - Throws: `ConfigurationError` if there is no key to sign with.
  public func token(_ claims: TokenClaims) throws -> String {
    guard let kid = signWith, let key = keys[kid], key.canSign else {
      throw ConfigurationError("no key to sign with; name one with a secret or a private key")
    }
    let header = ["alg": key.algorithm.rawValue, "kid": kid, "typ": "JWT"]
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let signed = try [encoder.encode(header), encoder.encode(claims)].map(Self.base64URL)
      .joined(separator: ".")
    return signed + "." + Self.base64URL(Data(try key.signer.sign(Array(signed.utf8))))
  }

  private static func base64URL(_ data: Data) -> String {
    data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
      .replacing("=", with: "")
  }
}

extension TokenKeys {
  /// The secret kept beside the ledger, made if there is none.
  private static func ledgerKey(
    in folder: String,
    making isMaking: Bool,
  ) throws -> ServeConfiguration.TokenKey? {
    let path = folder + "/token.secret"
    let files = FileManager.default
    if !files.fileExists(atPath: path) {
      guard isMaking else { return nil }
      try files.createDirectory(
        atPath: folder,
        withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700],
      )
      let secret = Data((0..<secretByteCountMinimum).map { _ in UInt8.random(in: 0...255) })
      let isMade = files.createFile(
        atPath: path,
        contents: Data((secret.base64EncodedString() + "\n").utf8),
        attributes: [.posixPermissions: 0o600],
      )
      guard isMade else { throw ConfigurationError("\(path) cannot be made") }
    }
    var key = ServeConfiguration.TokenKey()
    key.secretFile = path
    return key
  }

  private static func read(
    _ key: ServeConfiguration.TokenKey,
    _ kid: String,
  ) async throws -> Key {
    let collection = JWTKeyCollection()
    var canSign = true
    switch key.algorithm {
    case .hs256:
      let secret = try secret(of: key, kid)
      await collection.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
    case .es256:
      if let pem = try key.privateKeyFile.map(text) {
        await collection.add(ecdsa: try ES256PrivateKey(pem: pem))
      } else {
        await collection.add(ecdsa: try ES256PublicKey(pem: try publicKey(of: key, kid)))
        canSign = false
      }
    case .edDSA:
      if let pem = try key.privateKeyFile.map(text) {
        await collection.add(eddsa: try EdDSA.PrivateKey(pem: pem))
      } else {
        await collection.add(eddsa: try EdDSA.PublicKey(pem: try publicKey(of: key, kid)))
        canSign = false
      }
    }
    let signer = try await collection.getKey()
    return Key(kid: kid, algorithm: key.algorithm, signer: signer, canSign: canSign)
  }

  private static func publicKey(
    of key: ServeConfiguration.TokenKey,
    _ kid: String,
  ) throws -> String {
    guard let path = key.publicKeyFile else {
      throw ConfigurationError(
        "tokens.keys.\(kid) has neither public-key-file nor private-key-file"
      )
    }
    return try text(path)
  }

  /// A secret that is long enough and nobody else's.
  private static func secret(
    of key: ServeConfiguration.TokenKey,
    _ kid: String,
  ) throws -> [UInt8] {
    guard let secret = try key.secret.map({ Array($0.utf8) }) ?? key.secretFile.map(bytes) else {
      throw ConfigurationError("tokens.keys.\(kid) has neither secret nor secret-file")
    }
    guard secret.count >= secretByteCountMinimum else {
      throw ConfigurationError(
        "the secret of tokens.keys.\(kid) has \(secret.count) bytes; HS256 needs at least "
          + "\(secretByteCountMinimum): openssl rand -base64 32"
      )
    }
    guard !KnownSecrets.contain(secret) else {
      throw ConfigurationError(
        "the secret of tokens.keys.\(kid) is publicly known; make one: openssl rand -base64 32"
      )
    }
    return secret
  }

  /// A file's bytes without the line ends behind them.
  private static func bytes(_ path: String) throws -> [UInt8] {
    do {
      let bytes = Array(try Data(contentsOf: URL(filePath: path)))
      return Array(bytes[..<((bytes.lastIndex { $0 != 0x0A && $0 != 0x0D }.map { $0 + 1 }) ?? 0)])
    } catch {
      throw ConfigurationError("\(path) cannot be read: \(error.localizedDescription)")
    }
  }

  private static func text(_ path: String) throws -> String {
    String(decoding: try bytes(path), as: UTF8.self)
  }
}

/// The fewest bytes of a secret: as many as the hash has (RFC 7518, section 3.2).
private let secretByteCountMinimum = 32
