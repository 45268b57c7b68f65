import NIOSSL

extension TLSConfiguration {
  /// TLS 1.2 at least, with ciphers that authenticate what they encrypt and keys that are made for
  /// each connection (RFC 9325, sections 3.1.1 and 4.2).
  ///
  /// - Throws: `ConfigurationError` if certificate and key cannot be used.
  static func serving(_ files: ServeConfiguration.TLSFiles) throws -> TLSConfiguration {
    do {
      let chain = try NIOSSLCertificate.fromPEMFile(files.certificate)
      let key = try NIOSSLPrivateKey(file: files.key, format: .pem)
      var configuration = TLSConfiguration.makeServerConfiguration(
        certificateChain: chain.map { .certificate($0) },
        privateKey: .privateKey(key),
      )
      configuration.minimumTLSVersion = .tlsv12
      configuration.cipherSuiteValues = authenticatedCiphers
      _ = try NIOSSLContext(configuration: configuration)
      return configuration
    } catch {
      throw ConfigurationError(
        "tls.certificate \(files.certificate) and tls.key \(files.key) cannot be used: \(error)"
      )
    }
  }
}

/// The ciphers of TLS 1.2; TLS 1.3 has no others.
private let authenticatedCiphers: [NIOTLSCipher] = [
  .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
  .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
  .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
]
