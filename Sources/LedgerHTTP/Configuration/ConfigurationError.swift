/// The server cannot be set up as told: which setting, what is wrong, and what to do.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The sentence.
  public let description: String

  /// Says what is wrong.
  public init(_ description: String) { self.description = description }
}
