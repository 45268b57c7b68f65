import EventStore
import Foundation
import Glibc
import Testing

/// Some tests have a process of their own: while this one starts a child for another test, the
/// child has copies of all its files, and so of its locks, until it becomes another program.
@Suite(.inTemporaryFolder)
struct `A writer lock` {
  let path = TemporaryFolder.path + "/writer.lock"

  @Test
  func `is refused to a second writer, who is told the process that holds it`() throws {
    let lock = try WriterLock(at: path)
    let failure = #expect(throws: AnotherWriter.self) { try WriterLock(at: path) }
    #expect(failure?.process == Int(getpid()))
    #expect(failure?.path == path)
    #expect(failure?.description.contains("process \(getpid()) is writing this ledger") == true)
    withExtendedLifetime(lock) {}
  }

  @Test
  func `names the process that holds it, and nobody when it is free`() async {
    await #expect(processExitsWith: .success) { [path = path as String] in
      #expect(WriterLock.holder(of: path) == nil)
      #expect(!FileManager.default.fileExists(atPath: path))
      for _ in 0..<20 {
        let lock = try WriterLock(at: path)
        #expect(WriterLock.holder(of: path) == Int(getpid()))
        withExtendedLifetime(lock) {}
      }
      #expect(WriterLock.holder(of: path) == nil)
      #expect(FileManager.default.fileExists(atPath: path))
    }
  }

  @Test
  func `is free again when its process is killed, whose name it then forgets`() async throws {
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let lock = try WriterLock(at: path)
      kill(getpid(), SIGKILL)
      withExtendedLifetime(lock) {}
    }
    #expect(WriterLock.holder(of: path) == nil)
    let lock = try WriterLock(at: path)
    #expect(WriterLock.holder(of: path) == Int(getpid()))
    withExtendedLifetime(lock) {}
  }

  @Test
  func `is refused to another process`() async throws {
    let lock = try WriterLock(at: path)
    let own = Int(getpid())
    await #expect(processExitsWith: .success) { [path = path as String, own = own as Int] in
      let failure = #expect(throws: AnotherWriter.self) { try WriterLock(at: path) }
      #expect(failure?.process == own)
      #expect(failure?.process != Int(getpid()))
      #expect(WriterLock.holder(of: path) == own)
    }
    withExtendedLifetime(lock) {}
  }

  @Test
  func `replaces a longer name that was left in its file`() throws {
    try Data("123456789012345\n".utf8).write(to: URL(filePath: path))
    let lock = try WriterLock(at: path)
    #expect(WriterLock.holder(of: path) == Int(getpid()))
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "\(getpid())\n")
    withExtendedLifetime(lock) {}
  }

  @Test
  func `says that another process writes though its name cannot be read`() throws {
    let lock = try WriterLock(at: path)
    try Data().write(to: URL(filePath: path))
    let failure = #expect(throws: AnotherWriter.self) { try WriterLock(at: path) }
    #expect(failure?.process == nil)
    #expect(failure?.description.contains("another process is writing this ledger") == true)
    withExtendedLifetime(lock) {}
  }

  @Test
  func `says why its file cannot be made`() {
    let missing = TemporaryFolder.path + "/missing/writer.lock"
    let failure = #expect(throws: AnotherWriter.self) { try WriterLock(at: missing) }
    #expect(failure?.code == ENOENT)
    #expect(failure?.process == nil)
    #expect(failure?.description.contains("\(missing) cannot be taken: ") == true)
  }

  /// A descriptor that is closed twice is by then another thread's file.
  @Test
  func `closes nothing but its own file when it is refused`() async {
    await #expect(processExitsWith: .success) { [path = path as String] in
      let lock = try WriterLock(at: path)
      let (rounds, losses) = (Counter(), Counter())
      async let others: Void = repeated(untilRound: 300, of: rounds) {
        let descriptors = (0..<4).map { _ in unsafe open("/dev/null", O_RDONLY) }
        for descriptor in descriptors where close(descriptor) != 0 { losses.increment() }
      }
      while rounds.value < 300 {
        rounds.increment()
        #expect(throws: AnotherWriter.self) { try WriterLock(at: path) }
      }
      await others
      #expect(losses.value == 0)
      withExtendedLifetime(lock) {}
    }
  }

  /// Asking who writes takes the lock for a moment; a writer that opens just then must not be told
  /// that another one is at work.
  @Test
  func `is given to the only writer though another thread keeps asking who holds it`() async {
    await #expect(processExitsWith: .success) { [path = path as String] in
      let (rounds, refusals) = (Counter(), Counter())
      async let others: Void = repeated(untilRound: 1_000, of: rounds) {
        _ = WriterLock.holder(of: path)
      }
      while rounds.value < 1_000 {
        rounds.increment()
        do { _ = try WriterLock(at: path) } catch is AnotherWriter { refusals.increment() }
      }
      await others
      #expect(refusals.value == 0)
    }
  }
}

/// Repeats a body on a thread of its own until a number of rounds is done.
private func repeated(
  untilRound last: Int,
  of rounds: Counter,
  _ body: @escaping @Sendable () -> Void,
) async {
  await onThread {
    while rounds.value < last { body() }
  }
}
