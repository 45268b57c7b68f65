import ConversationLedger
import Foundation
import Testing

@testable import LedgerHTTP

@Suite(.timeLimit(.minutes(5)))
struct `The metrics page` {
  @Test
  func `is what Prometheus reads: every sample under a help and a type`() async throws {
    try await Scene.with { scene async throws in
      let (conversation, _) = try await scene.openConversation()
      try await scene.visitorSays("Hello", in: conversation)
      _ = try await scene.get("/v1/conversations/\(conversation)", as: .rival)
      let answer = try await scene.get("/metrics", as: nil)
      #expect(answer.status == 200)
      #expect(answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
      let (names, samples) = Self.read(answer.text)
      // A name, labels, a number.
      let pattern = /([a-z_]+)(?:\{[a-z]+="(?:[^"\\\n]|\\.)*"\})? [0-9.e+-]+/
      #expect(Set(names).count == names.count)
      for sample in samples {
        let name = try #require(sample.wholeMatch(of: pattern)?.output.1, "\(sample)")
        let family = String(name).replacing(/_(bucket|sum|count)$/, with: "")
        #expect(names.contains(String(name)) || names.contains(family), "\(sample)")
      }
      for name in [
        "append_seconds", "command_queue_length", "commit_events", "commit_flush_seconds",
        "followers", "refusals_total", "views_lag_events", "map_used_bytes", "map_size_bytes",
        "clock_behind_seconds", "log_readers", "log_position", "http_answers_total",
        "connections", "waiting_bytes", "connections_unread_total",
        "questions_running", "questions_waiting", "questions_cut_off_total",
      ] { #expect(names.contains("handover_" + name)) }
      #expect(answer.text.contains(#"handover_refusals_total{code="conversation_not_found"} 1"#))
      #expect(try await scene.metric("handover_append_seconds_count") == 2)
    }
  }

  private static func read(_ page: String) -> (names: [String], samples: [String]) {
    let lines = page.split(separator: "\n").map(String.init)
    let names = lines.filter { $0.hasPrefix("# TYPE ") }.map {
      String($0.split(separator: " ")[2])
    }
    return (names, lines.filter { !$0.hasPrefix("#") })
  }

  @Test
  func `counts a histogram's values into buckets that hold those below`() {
    var histogram = Histogram(bounds: [1, 10])
    for value in [0.5, 1, 5, 100] { histogram.record(value) }
    var page = MetricsText()
    page.add("size", "How large.", histogram)
    #expect(
      page.text == """
        # HELP handover_size How large.
        # TYPE handover_size histogram
        handover_size_bucket{le="1"} 2
        handover_size_bucket{le="10"} 3
        handover_size_bucket{le="+Inf"} 4
        handover_size_sum 106.5
        handover_size_count 4

        """
    )
  }

  @Test
  func `escapes what a label may not hold as it is`() {
    var page = MetricsText()
    page.add(.counter, "words", "Words.", by: "word", ["a\"b\\c\nd": 1])
    #expect(page.text.hasSuffix("handover_words{word=\"a\\\"b\\\\c\\nd\"} 1\n"))
  }
}

@Suite(.timeLimit(.minutes(5)))
struct `The probes` {
  @Test
  func `say that the server lives and is ready`() async throws {
    try await Scene.with { scene async throws in
      for path in ["/healthz", "/readyz"] {
        let answer = try await scene.get(path, as: nil)
        #expect(answer.status == 200)
      }
    }
  }

  @Test
  func `say that nothing can be written when the log's file cannot be`() async throws {
    try await Scene.with { scene async throws in
      let file = scene.ledger.path + "/log/data.mdb"
      try FileManager.default.moveItem(atPath: file, toPath: file + ".away")
      let answer = try await scene.get("/readyz", as: nil)
      #expect(answer.status == 503)
      #expect(answer.code == "log_not_writable")
      try FileManager.default.moveItem(atPath: file + ".away", toPath: file)
      #expect(try await scene.get("/readyz", as: nil).status == 200)
    }
  }

  @Test
  func `say that the disk is full when a write would be refused`() {
    let gigabyte = 1 << 30
    for (free, bytes, code) in [
      (gigabyte, 100 * gigabyte, nil), (64 << 20, 100 * gigabyte, "disk_full"),
      (64 << 20, gigabyte, nil), (50 << 20, gigabyte, "disk_full"), (0, 0, "disk_full"),
    ] {
      let state = DiskState(freeBytes: free, bytes: bytes, isWritable: true)
      #expect(state.problem?.code == code, "\(free) of \(bytes)")
    }
    #expect(DiskState(freeBytes: nil, bytes: nil, isWritable: true).problem == nil)
    let sealed = DiskState(freeBytes: gigabyte, bytes: gigabyte, isWritable: false)
    #expect(sealed.problem?.code == "log_not_writable")
  }
}
