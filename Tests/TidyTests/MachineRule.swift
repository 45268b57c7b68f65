import Foundation

/// What tells one machine from another, and so may not be written into the repository.
///
/// A path of the machine it was written on, or the host its packages came from, is of no use to the
/// next reader and tells more than it should.
struct MachineRule: Sendable {
  private let traces: [Phrase]

  /// Where people's own folders are; a sample of data may speak of such a folder.
  private let homes = ["home", "root", "Users"].map { Phrase("/\($0)/") }

  /// A rule against the given beginnings of paths, each with its closing slash, and hosts.
  init(folders: [String], hosts: [String]) {
    traces = (folders + hosts).map { Phrase($0) }
  }

  func findings(in file: TextFile) -> [Finding] {
    // The whole text is asked first, because nearly every file is clean and some are large.
    let text = Data(file.text.utf8)
    let sought = traces + (file.isWrittenByHand ? homes : [])
    let found = sought.filter { text.range(of: Data($0.text.utf8)) != nil }
    guard !found.isEmpty else { return [] }
    return file.lines.indices.compactMap { index in
      let line = Array(file.lines[index].utf8)
      guard found.contains(where: { $0.isFound(in: line) }) else { return nil }
      return file.finding(
        at: index,
        "a path or a package host of one machine; write a relative path or a public address",
      )
    }
  }
}

extension MachineRule {
  /// The rule for the machine the tests run on, where the repository lies at `root`.
  static func here(root: URL) -> Self {
    let own = [root.path, root.deletingLastPathComponent().path]
    return Self(
      folders: own.filter { !sharedFolders.contains($0) }.map { $0 + "/" },
      hosts: packageHosts(),
    )
  }

  /// Folders that every machine has, which examples may therefore name.
  private static let sharedFolders: Set = [
    "/", "/home", "/mnt", "/opt", "/srv", "/tmp", "/usr/local/src", "/usr/src", "/var/tmp",
  ]

  /// The hosts this machine was told to fetch packages from, but for the public home of ours.
  private static func packageHosts() -> [String] {
    let home = FileManager.default.homeDirectoryForCurrentUser.path
    let folder = "/etc/apt/sources.list.d/"
    let lists = FileManager.default.subpaths(atPath: folder) ?? []
    let settings =
      ["/etc/apt/sources.list", "/etc/pip.conf"] + lists.map { folder + $0 }
      + [".config/pip/pip.conf", ".pip/pip.conf", ".swiftpm/configuration/mirrors.json"]
      .map { "\(home)/\($0)" }
    let hosts = settings.flatMap { path in
      let text = FileManager.default.contents(atPath: path).map {
        String(decoding: $0, as: UTF8.self)
      }
      return hostsNamed(in: text ?? "")
    }
    return Set(hosts).subtracting(["github.com"]).sorted()
  }

  /// The hosts of the addresses in a text, without credentials and ports.
  static func hostsNamed(in text: String) -> [String] {
    text.matches(of: /https?:\/\/(?:[^\s"'\/@]*@)?([A-Za-z0-9.\-]+)/).map { String($0.output.1) }
  }
}
