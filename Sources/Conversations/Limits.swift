/// The longest name of a person, bot, module, owner or import run, in bytes.
///
/// Lists show names: fifty rows of names this long are a page of 50 KB.
public let nameByteCountLimit = 1_024

/// The longest identifier at a source, in bytes.
public let externalIDByteCountLimit = 1_024

/// The longest account, in bytes: what a token's `sub` may have.
public let accountByteCountLimit = 255

/// The longest reason of a handover, a request or an ending, in bytes.
public let reasonByteCountLimit = 4_096

/// The longest name of a channel, in bytes.
public let channelByteCountLimit = 255

extension EventBody {
  /// Refuses names that no list could show.
  ///
  /// Checked where something new comes in. What earlier releases recorded is taken in as it is,
  /// and cut where it is shown.
  ///
  /// - Throws: `malformedBody`, which says what is too long.
  public func requireShortNames() throws(Refusal) {
    try require(authorName, "a name", nameByteCountLimit)
    try require(name, "a name", nameByteCountLimit)
    try require(source, "the name of a source", nameByteCountLimit)
    try require(externalID, "an external id", externalIDByteCountLimit)
    try require(authorID, "an account", accountByteCountLimit)
    try require(reason, "a reason", reasonByteCountLimit)
    try require(channel, "a channel", channelByteCountLimit)
  }

  private func require(_ text: String?, _ what: String, _ limit: Int) throws(Refusal) {
    guard let count = text?.utf8.count, count > limit else { return }
    throw Refusal(.malformedBody, "\(what) has at most \(limit) bytes, not \(count)")
  }
}
