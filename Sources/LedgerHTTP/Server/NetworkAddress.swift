/// How clients are told apart by where they come from.
enum NetworkAddress {
  /// What one client has to itself: the address of IPv4, and of IPv6 the first half, because
  /// whoever has one address of a network has all 2^64 of them (RFC 6177).
  static func client(_ address: String) -> String {
    guard address.contains(":") else { return address }
    let bare = address.prefix { $0 != "%" }
    let tail = bare.split(separator: ":").last ?? ""
    // An address of IPv4 written as one of IPv6.
    if tail.contains(".") { return String(tail) }
    let groups = expanded(bare)
    return groups.prefix(4).map { String($0, radix: 16) }.joined(separator: ":")
  }

  /// The eight groups of an address of IPv6; those left out are zero.
  private static func expanded(_ address: Substring) -> [UInt16] {
    func groups(_ text: Substring) -> [UInt16] {
      text.split(separator: ":").map { UInt16($0, radix: 16) ?? 0 }
    }
    guard let gap = address.firstRange(of: "::") else { return groups(address) }
    let (head, tail) = (groups(address[..<gap.lowerBound]), groups(address[gap.upperBound...]))
    return head + [UInt16](repeating: 0, count: max(0, 8 - head.count - tail.count)) + tail
  }

  /// The client a proxy names.
  ///
  /// Each proxy appends where a request came from, so the last address that is no proxy of ours is
  /// the client's; what stands before it, the client may have written itself.
  ///
  /// - Parameters:
  ///   - peer: Where the connection comes from.
  ///   - forwarded: The field `X-Forwarded-For`.
  ///   - proxies: The addresses of our proxies.
  /// - Returns: The client.
  static func client(_ peer: String, forwarded: String?, _ proxies: Set<String>) -> String {
    guard proxies.contains(peer), let forwarded else { return client(peer) }
    let hops = forwarded.split(separator: ",").map { hop in
      String(hop.drop { $0 == " " }.prefix { $0 != " " })
    }
    return client(hops.last { !proxies.contains($0) } ?? peer)
  }
}
