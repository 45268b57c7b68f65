import ConversationLedger
import Conversations
import Foundation

/// Reads what files of the neutral format say of the registry, before their conversations are.
///
/// A line of the registry may leave out its source: then it means the bot of that name that the
/// conversations beside it name, in its own file or else in the whole run.
struct JSONLinesSurvey {
  private var survey = SourceSurvey()
  private var lines: [Line] = []
  /// The sources under which something is named, for each file.
  private var sources: [[String: Set<String>]] = []
  private var known: Set<[String]> = []
  private let decoder = JSONDecoder()

  /// A line of the registry.
  private struct Line {
    var path: String
    /// The file's place among those that were read.
    var file: Int
    var row: Int
    var content: JSONLine
  }

  /// Reads files up to the first that cannot be read; what is no regular file is left out, because
  /// it may give its lines only once.
  static func survey(of paths: [String]) -> SourceSurvey {
    var survey = JSONLinesSurvey()
    for path in paths where isRegular(path) {
      guard survey.read(path) else { break }
    }
    return survey.resolved()
  }

  private static func isRegular(_ path: String) -> Bool {
    let target = URL(filePath: path).resolvingSymlinksInPath().path
    let type = try? FileManager.default.attributesOfItem(atPath: target)[.type]
    return type as? FileAttributeType == .typeRegular
  }

  private mutating func read(_ path: String) -> Bool {
    sources.append([:])
    do {
      try LineReader(path: path).forEachLine { number, line in
        // What cannot be understood is reported when the conversations are read.
        guard let line, let names = try? JSONLine(namesIn: line, decoder) else { return }
        guard names.isOfRegistry else { return take(names) }
        guard let whole = try? decoder.decode(JSONLine.self, from: line) else { return }
        take(Line(path: path, file: sources.count - 1, row: number, content: whole))
      }
    } catch {
      return false
    }
    survey.files.insert(path)
    return true
  }

  private mutating func take(_ line: Line) {
    lines.append(line)
    guard line.content.source != nil, let name = line.content.sourceDependentName else { return }
    sources[line.file][name, default: []].insert(line.content.label)
  }

  /// Takes in a conversation's line.
  private mutating func take(_ names: JSONLine) {
    let file = sources.count - 1
    if let deployment = names.deployment {
      sources[file][deployment, default: []].insert(names.label)
    }
    let place = ["\(file)", names.label, names.owner ?? names.label]
    // Most lines name what others named before.
    for name in names.botNames where known.insert(place + [name]).inserted {
      sources[file][name, default: []].insert(names.label)
      survey.takeImplied(names.impliedRegistrations())
    }
  }

  /// The survey, each line of the registry with the source it means.
  private func resolved() -> SourceSurvey {
    var survey = survey
    survey.registrations = lines.compactMap { line in
      do throws(LineError) {
        guard let command = try resolved(line).registryCommand() else { return nil }
        return SurveyedRegistration(file: line.path, row: line.row, content: .success(command))
      } catch {
        // What a line lacks is reported when it is read again.
        guard error.isAmbiguous else { return nil }
        return SurveyedRegistration(file: line.path, row: line.row, content: .failure(error))
      }
    }
    return survey
  }

  private func resolved(_ line: Line) throws(LineError) -> JSONLine {
    var content = line.content
    guard content.source == nil, let name = content.sourceDependentName else { return content }
    let near = sources[line.file][name] ?? []
    let meant = near.isEmpty ? Set(sources.compactMap { $0[name] }.joined()) : near
    // Conversations without a source are of the same one as the line.
    guard !meant.isEmpty, !meant.contains(content.label) else { return content }
    guard meant.count == 1 else {
      throw LineError(
        reason: "\(name) is named under the sources \(meant.sorted().joined(separator: ", ")); "
          + "give the line the \"source\" it means",
        isAmbiguous: true,
      )
    }
    content.source = meant.first
    return content
  }
}

extension JSONLine {
  /// Whether the line says something of the registry alone.
  var isOfRegistry: Bool {
    switch type {
    case "ownerRegistered", "botRegistered", "moduleDefined", "deploymentRegistered",
      "handoverRequested", "handoverEnabled", "handoverDisabled":
      true
    default: false
    }
  }

  /// The name in a line of the registry that stands for another identifier under another source;
  /// `nil` if there is none.
  fileprivate var sourceDependentName: String? {
    if let bot, BotID(bot) == nil { return bot }
    guard let deployment, DeploymentID(deployment) == nil else { return nil }
    return deployment
  }
}
