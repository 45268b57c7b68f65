import Conversations
import Foundation
import Testing

@Suite
struct `The audit over HTTP` {
  @Test
  func `gives a checkpoint to anybody, and a proof to whoever sees the conversation`() async throws
  {
    try await Scene.with { scene async throws in
      let conversation = try await scene.begin()
      let written = try await scene.write("hello", in: conversation)
      let position = try #require(try written.json["position"]?.number)
      let checkpoint = try await scene.get("/checkpoint", as: nil)
      #expect(checkpoint.status == 200)
      #expect(checkpoint.text.hasPrefix("conversation-ledger/"))
      let proof = try await scene.get("/v1/proof/\(position)")
      #expect(proof.status == 200)
      #expect(proof.text.hasPrefix("c2sp.org/tlog-proof@v1\n"))
      #expect(try await scene.get("/v1/proof/\(position)", as: .auditor).status == 200)
      #expect(
        try await scene.get("/v1/proof/\(position)", as: .rival).code == "conversation_not_found"
      )
      #expect(try await scene.get("/v1/proof/\(position)", as: .anna).code == "not_permitted")
    }
  }

  @Test
  func `gives the tiles of the last checkpoint, hashes to anybody, records to who oversees`()
    async throws
  {
    try await Scene.with { scene async throws in
      #expect(try await scene.get("/tile/0/000", as: nil).status == 404)
      let lines = try await scene.get("/checkpoint", as: nil).text.split(separator: "\n")
      let size = try #require(Int(lines[1]))
      let hashes = try await scene.get("/tile/0/000.p/\(size)", as: nil)
      #expect(hashes.status == 200)
      #expect(hashes.headers["content-length"] == "\(32 * size)")
      for path in [
        "/tile/0/000", "/tile/0/000.p/\(size + 1)", "/tile/9/000", "/tile/x", "/tile/0/0",
      ] {
        #expect(try await scene.get(path, as: nil).code == "not_found", "\(path)")
      }
      let entries = "/tile/entries/000.p/\(size)"
      #expect(try await scene.get(entries, as: nil).status == 401)
      #expect(try await scene.get(entries).code == "not_permitted")
      #expect(try await scene.get(entries, as: .auditor).status == 200)
    }
  }

  @Test
  func `keeps records of the administration for those who oversee the ledger`() async throws {
    try await Scene.with { scene async throws in
      #expect(try await scene.get("/v1/proof/1").code == "not_permitted")
      #expect(try await scene.get("/v1/proof/1", as: .auditor).status == 200)
      #expect(try await scene.get("/v1/proof/0", as: .auditor).code == "not_found")
      #expect(try await scene.get("/v1/proof/999999", as: .auditor).code == "not_found")
      #expect(try await scene.get("/v1/proof/x", as: .auditor).code == "not_found")
    }
  }

  @Test
  func `erases for an admin, and says first what that would reach`() async throws {
    try await Scene.with { scene async throws in
      let conversation = try await scene.begin()
      _ = try await scene.write("a secret word", in: conversation)
      let order = #"{"conversationId":"\#(conversation)","ground":"ticket 81"}"#
      let preview = #"{"conversationId":"\#(conversation)","ground":"ticket 81","dryRun":true}"#
      // Given that only an admin may.
      for user in [User.eve, .auditor, .rival] {
        #expect(try await scene.post("/v1/erasures", order, as: user).code == "not_permitted")
      }
      let reached = try await scene.post("/v1/erasures", preview, as: .admin)
      #expect(reached.status == 200)
      #expect(try reached.json["conversations"]?.number == 1)
      // When it is ordered.
      let receipt = try await scene.post("/v1/erasures", order, as: .admin)
      #expect(receipt.status == 201)
      // Then the words are gone, nothing can be added, and the second order finds nothing.
      let transcript = try await scene.get("/v1/conversations/\(conversation)/transcript")
      #expect(!transcript.text.contains("a secret word"))
      #expect(transcript.text.contains("erased"))
      #expect(try await scene.write("more", in: conversation).code == "visitor_erased")
      #expect(try await scene.post("/v1/erasures", order, as: .admin).code == "visitor_erased")
      let neither = try await scene.post("/v1/erasures", #"{"ground":"x"}"#, as: .admin)
      #expect(neither.code == "malformed_body")
    }
  }

  @Test
  func `lists readings for those who oversee the ledger`() async throws {
    try await Scene.with { scene async throws in
      let conversation = try await scene.begin()
      _ = try await scene.get("/v1/conversations/\(conversation)/transcript")
      let reads = try await scene.get("/v1/reads?conversation=\(conversation)", as: .auditor)
      #expect(reads.status == 200)
      #expect(try reads.json["audit"] == .bool(false))
      #expect(try reads.json["count"]?.number == 0)
      #expect(try await scene.get("/v1/reads").code == "not_permitted")
    }
  }
}
