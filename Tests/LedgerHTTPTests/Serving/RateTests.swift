import ConversationLedger
import Conversations
import Foundation
import Testing

@testable import LedgerHTTP

@Suite
struct `The rates of requests` {
  private func rates(_ change: (inout ServeConfiguration) -> Void = { _ in }) -> RequestRates {
    var configuration = ServeConfiguration()
    change(&configuration)
    return RequestRates(configuration)
  }

  private func person(
    _ role: Principal.Role,
    _ user: String = "eve",
    owner: String? = nil,
  ) -> RequestRates.Client {
    .person(Principal.Person(role: role, owner: owner.map { .account($0) }, user: user))
  }

  /// How many calls at one moment are let through.
  private func admitted(_ client: RequestRates.Client, _ rates: RequestRates) -> Int {
    let now = ContinuousClock.now
    return (0..<1_000).count { _ in (try? rates.admit(client, at: now)) != nil }
  }

  @Test
  func `are tight for visitors and calls without a token, and wide for others`() {
    let (limits, rates) = (ServeConfiguration().limits, rates())
    #expect(admitted(person(.visitor), rates) == limits.visitors.calls)
    #expect(admitted(.address("192.0.2.7"), rates) == limits.open.calls)
    for role in Principal.Role.allCases where role != .visitor {
      #expect(admitted(person(role), rates) == 1_000)
    }
    // More than the server reaches on 64 connections (docs/performance.md).
    #expect(limits.requests.calls > 20_000)
  }

  @Test
  func `are of a person with role and owner`() {
    let rates = rates { $0.limits.requests.calls = 3 }
    #expect(admitted(person(.agent, owner: "airline"), rates) == 3)
    #expect(admitted(person(.agent, owner: "airline"), rates) == 0)
    #expect(admitted(person(.agent, owner: "rival"), rates) == 3)
    #expect(admitted(person(.owner, owner: "airline"), rates) == 3)
    #expect(admitted(person(.visitor), rates) > 0)
  }

  @Test
  func `come back with time`() throws {
    let (rates, now) = (rates { $0.limits.visitors.calls = 2 }, ContinuousClock.now)
    let anna = person(.visitor, "anna")
    for _ in 0..<2 { try rates.admit(anna, at: now) }
    #expect(throws: Problem.self) { try rates.admit(anna, at: now) }
    try rates.admit(anna, at: now + .milliseconds(500))
    #expect(throws: Problem.self) { try rates.admit(anna, at: now + .milliseconds(500)) }
  }

  @Test
  func `count bytes too, and what was too much is waited for`() throws {
    let (rates, now) = (rates { $0.limits.visitors.bytes = 1_000 }, ContinuousClock.now)
    let anna = person(.visitor, "anna")
    try rates.admit(anna, at: now)
    rates.charge(anna, 3_500, at: now)
    for seconds in 0...2 {
      #expect(throws: Problem.self) { try rates.admit(anna, at: now + .seconds(seconds)) }
    }
    try rates.admit(anna, at: now + .seconds(3))
  }

  @Test
  func `of a visitor are held by the server`() async throws {
    let flags = [
      "--set", "limits.visitor-requests-per-second=2", "--set", "limits.visitor-bytes-per-second=0",
    ]
    try await Scene.with(arguments: flags) { scene async throws in
      let conversation = try await scene.begin()
      var codes: [String?] = []
      for _ in 0..<40 {
        codes.append(try await scene.get("/v1/conversations/\(conversation)", as: .anna).code)
      }
      #expect(codes.first == .some(nil))
      #expect(codes.contains("too_many_requests"))
      #expect(try await scene.get("/v1/conversations/\(conversation)").status == 200)
    }
  }

  @Test
  func `of a visitor's bytes are held by the server`() async throws {
    let flags = ["--set", "limits.visitor-bytes-per-second=1000"]
    try await Scene.with(arguments: flags) { scene async throws in
      let conversation = try await scene.begin()
      let text = String(repeating: "x", count: 900_000)
      #expect(try await scene.write(text, in: conversation).status == 201)
      let answer = try await scene.write("more", in: conversation)
      #expect(answer.status == 429)
      #expect(answer.code == "too_many_requests")
      #expect(answer.headers["retry-after"] == "1")
    }
  }
}

@Suite
struct `Where a call comes from` {
  @Test(arguments: [
    ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"),
    ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2"), ("2001:db8:1:2::9", "2001:db8:1:2"),
    ("2001:db8::1", "2001:db8:0:0"), ("::1", "0:0:0:0"), ("fe80::1%eth0", "fe80:0:0:0"),
  ])
  func `is an address, or the network one client has`(address: String, client: String) {
    #expect(NetworkAddress.client(address) == client)
  }

  @Test
  func `is what a proxy of ours says, and nothing a client says`() {
    let proxies: Set = ["10.0.0.1", "10.0.0.2"]
    let chain = "198.51.100.1, 203.0.113.9, 10.0.0.2"
    for (peer, forwarded, client) in [
      ("10.0.0.1", chain, "203.0.113.9"), ("203.0.113.5", chain, "203.0.113.5"),
      ("10.0.0.1", nil, "10.0.0.1"), ("10.0.0.1", "10.0.0.2", "10.0.0.1"),
    ] {
      #expect(NetworkAddress.client(peer, forwarded: forwarded, proxies) == client)
    }
  }
}
