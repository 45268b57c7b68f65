/// What every page has: title, assets, who is signed in, light or dark.
struct PageFrame {
  let title: String
  let assets: String
  let theme: String?
  let nextTheme: String
  let themeWord: String
  let csrf: String
  let user: String
  let userName: String
  let role: String
  let here: String

  /// The ways a page can look; `nil` in the cookie is what the system prefers.
  enum Theme: String {
    case light, dark
  }

  /// Makes the frame of a page.
  ///
  /// - Parameters:
  ///   - title: The title.
  ///   - assets: The folder of the assets.
  ///   - theme: Light or dark, if the reader chose.
  ///   - csrf: What the page's forms bear.
  ///   - principal: Who is signed in.
  ///   - here: The page's own address.
  init(
    _ title: String,
    assets: String,
    theme: Theme?,
    csrf: String,
    principal: Principal? = nil,
    here: String = "/",
  ) {
    self.title = title
    self.assets = assets
    self.theme = theme?.rawValue
    // The button goes round: as the system, dark, light.
    (nextTheme, themeWord) =
      switch theme {
      case nil: ("dark", "Colours: system")
      case .dark: ("light", "Colours: dark")
      case .light: ("system", "Colours: light")
      }
    self.csrf = csrf
    user = principal?.user ?? ""
    userName = principal?.name ?? principal?.user ?? ""
    role = principal?.role.rawValue ?? ""
    self.here = here
  }
}

/// The page with the list and the open conversation, as its template takes it.
struct InboxFrame {
  let frame: PageFrame
  let bot: BotChoice
  let bots: [BotChoice]
  let position: UInt64
  let marks: String
  let live: String?
  let past: Past?
  let filters: FilterPart
  let listProblem: String?
  let rows: [ListRow]
  let count: String
  let nothing: String
  /// How many conversations changed since the first page, if this is a later one.
  let newer: String?
  let firstPage: String?
  let nextPage: String?
  let conversation: ConversationPart?
  let missing: String?

  /// The moment that is shown instead of the present.
  struct Past {
    let at: UInt64
    let asked: String?
    let now: String
  }
}

/// The page to sign in on.
struct LoginFrame {
  let frame: PageFrame
  let problem: String?
  let back: String
}

/// The page that prints.
struct PrintFrame {
  let frame: PageFrame
  let conversation: ConversationPart?
}

/// The page that says no.
struct ProblemFrame {
  let frame: PageFrame
  let title: String
  let sentence: String
  let status: Int
  let code: String
}
