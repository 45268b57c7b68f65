import ConversationLedger
import Conversations
import Foundation
import Synchronization
import Testing

@testable import LedgerHTTP

@Suite(.timeLimit(.minutes(5)))
struct `A costly question` {
  private func questions(
    _ change: (inout ServeConfiguration.QuestionSettings) -> Void
  )
    -> CostlyQuestions
  {
    var settings = ServeConfiguration.QuestionSettings()
    settings.threads = 2
    change(&settings)
    return CostlyQuestions(settings)
  }

  private func person(_ name: String) -> Principal.Person {
    Principal.Person(role: .visitor, owner: nil, user: name)
  }

  /// A question that is answered when a gate is opened.
  private static func wait(for gate: Gate) throws {
    while !gate.isOpen.load(ordering: .acquiring) { Thread.sleep(forTimeInterval: 0.001) }
  }

  /// A question without an end.
  private static func ask(_ ledger: Ledger, _ patience: Patience) throws {
    while true { _ = try ledger.inbox(InboxQuery(of: BotID(2)), patience: patience) }
  }

  private final class Gate: Sendable {
    let isOpen = Atomic(false)
  }

  @Test
  func `of a person waits for the one before, and nobody else does`() async throws {
    let (questions, gate) = (questions { _ in }, Gate())
    let order = Notes()
    try await withThrowingTaskGroup { group in
      group.addTask {
        try await questions.ask(by: person("anna")) { _ in
          try Self.wait(for: gate)
          order.add("first")
        }
      }
      while questions.statistics.running == 0 { await Task.yield() }
      group.addTask {
        try await questions.ask(by: person("anna")) { _ in order.add("second") }
      }
      while questions.statistics.waiting == 0 { await Task.yield() }
      try await questions.ask(by: person("ben")) { _ in order.add("ben") }
      gate.isOpen.store(true, ordering: .releasing)
      try await group.waitForAll()
    }
    #expect(order.words == ["ben", "first", "second"])
    try await questions.shutDown()
  }

  @Test
  func `is refused when as many wait as may`() async throws {
    let (questions, gate) = (questions { $0.waitingPerPerson = 1 }, Gate())
    try await withThrowingTaskGroup { group in
      for _ in 0..<2 {
        group.addTask {
          try await questions.ask(by: person("anna")) { _ in try Self.wait(for: gate) }
        }
      }
      while questions.statistics.waiting == 0 { await Task.yield() }
      let problem = await #expect(throws: Problem.self) {
        try await questions.ask(by: person("anna")) { _ in }
      }
      #expect(problem?.code == "too_many_questions")
      #expect(problem?.status == 429)
      gate.isOpen.store(true, ordering: .releasing)
      try await group.waitForAll()
    }
    try await questions.shutDown()
  }

  @Test
  func `that is waited for no more leaves the queue`() async throws {
    let (questions, gate) = (questions { $0.threads = 1 }, Gate())
    try await withThrowingTaskGroup { group in
      group.addTask {
        try await questions.ask(by: person("anna")) { _ in try Self.wait(for: gate) }
      }
      while questions.statistics.running == 0 { await Task.yield() }
      let waiting = Task { try await questions.ask(by: person("ben")) { _ in } }
      while questions.statistics.waiting == 0 { await Task.yield() }
      waiting.cancel()
      await #expect(throws: CancellationError.self) { try await waiting.value }
      #expect(questions.statistics.waiting == 0)
      gate.isOpen.store(true, ordering: .releasing)
      try await group.waitForAll()
    }
    try await questions.shutDown()
  }

  @Test
  func `is cut off when its time is over`() async throws {
    let questions = questions { $0.seconds = 1 }
    try await withLedger { ledger in
      let error = await #expect(throws: LedgerError.self) {
        try await questions.ask(by: person("anna")) { try Self.ask(ledger, $0) }
      }
      #expect(error.map { Problem($0).code } == "question_cut_off")
      #expect(questions.statistics.cutOff == 1)
    }
    try await questions.shutDown()
  }

  @Test
  func `is cut off when the server stops`() async throws {
    let questions = questions { $0.seconds = 3_600 }
    try await withLedger { ledger in
      let codes = Notes()
      await withTaskGroup { group in
        for name in ["anna", "ben", "cleo"] {
          group.addTask {
            do {
              try await questions.ask(by: person(name)) { try Self.ask(ledger, $0) }
            } catch {
              codes.add(Problem(error).code)
            }
          }
        }
        while questions.statistics.waiting == 0 { await Task.yield() }
        questions.stop()
      }
      #expect(codes.words == ["stopping", "stopping", "stopping"])
      await #expect(throws: Problem.self) { try await questions.ask(by: person("anna")) { _ in } }
    }
    try await questions.shutDown()
  }

  /// Runs a body with a ledger that has a bot.
  private func withLedger(_ body: (Ledger) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/questions-\(UUID().uuidString)"
    let ledger = try Ledger(at: folder, for: .writing(creating: true), options: .small)
    defer {
      ledger.close()
      try? FileManager.default.removeItem(atPath: folder)
    }
    let (owner, bot, deployment) = (OwnerID(1), BotID(2), DeploymentID(3))
    let registry: [RegistryCommand] = [
      .registerOwner(owner, name: "owner"),
      .registerBot(bot, owner: owner, name: "bot", sessionMinutes: nil),
      .registerDeployment(deployment, bot: bot, channel: "web"),
    ]
    _ = try await ledger.submit(registry.map { .registry($0, by: .trusted) })
    let start = StartRequest(
      conversation: ConversationID(4),
      deployment: deployment,
      visitor: VisitorID(5),
    )
    _ = try await ledger.submit([.start(start)])
    try await body(ledger)
  }
}

@Suite(.timeLimit(.minutes(10)))
struct `A server that is asked costly questions` {
  /// Fills the inbox of `Flights`, so that a search through it takes a while.
  private func fill(_ scene: Scene) throws {
    let ledger = try Ledger(at: scene.ledger.path, for: .writing(creating: false), options: .small)
    defer { ledger.close() }
    for batch in 0..<20 {
      var commands: [LedgerCommand] = []
      for number in 0..<100 {
        let conversation = ConversationID(UInt128(1_000_000 + batch * 100 + number))
        commands.append(
          .start(
            StartRequest(
              conversation: conversation,
              deployment: Scene.deployment("Flights"),
              visitor: VisitorID(UInt128(2_000_000 + number)),
            )
          )
        )
        for _ in 0..<8 {
          let post = ConversationCommand.post(
            as: .bot(Scene.bot("Flights")),
            EventBody(text: "nothing of what is looked for"),
          )
          let request = ConversationRequest(conversation, post, successor: ConversationID(0))
          commands.append(.conversation(request))
        }
      }
      _ = try ledger.submitAndWait(commands)
    }
  }

  /// A search by somebody of the airline's.
  private func search(_ scene: Scene, _ number: Int) async throws -> Answer {
    let person = User(name: "staff-\(number)", role: "agent", owner: "airline")
    return try await scene.get("/v1/bots/\(Scene.bot("Flights"))/inbox?text=needle", as: person)
  }

  @Test
  func `answers others meanwhile, and stops when it is told to`() async throws {
    try await Scene.with { first async throws in
      try await first.server.stop()
      try await onThread { try fill(first) }
      let scene = try await first.restarted(arguments: ["--set", "questions.threads=1"])
      let statuses = Notes()
      try await withThrowingTaskGroup { group in
        for number in 0..<16 {
          group.addTask {
            // Each asks on until it is refused, so that there is a question at the stop.
            while let answer = try? await search(scene, number) {
              statuses.add("\(answer.status) \(answer.code ?? "")")
              guard answer.status == 200 else { return }
            }
          }
        }
        while try await scene.metric("handover_questions_waiting") ?? 0 < 8 { await Task.yield() }
        #expect(try await scene.get("/readyz", as: nil).status == 200)
        #expect(try await scene.get("/v1/bots/\(Scene.bot("Flights"))/inbox").status == 200)
        let conversation = try await scene.begin()
        #expect(try await scene.write("not held up", in: conversation).status == 201)
        #expect(try await scene.server.stop() == 0)
        try await group.waitForAll()
      }
      let seen = Set(statuses.words)
      #expect(seen.isSubset(of: ["200 ", "503 stopping"]), "\(seen)")
      #expect(seen.contains("503 stopping"), "\(seen)")
    }
  }
}

/// What several tasks note, in the order they do.
private final class Notes: Sendable {
  private let state = Mutex<[String]>([])

  var words: [String] { state.withLock { $0 } }

  func add(_ word: String) { state.withLock { $0.append(word) } }
}
