import Testing

@Suite
struct `Masked code` {
  @Test(arguments: [
    ("a // b", "a     "),
    ("a /* b /* c */ d */ e", "a                   e"),
    ("a /* b\nc */ d", "a     \n     d"),
    ("f(\"a\")", "f(   )"),
    ("f(\"a\\\"b\")", "f(      )"),
    ("f(\"a\\(b)c\")", "f(    b   )"),
    ("f(\"a\\(b(\"c\"))d\")", "f(    b(   )   )"),
    ("f(#\"a\"b\\(c)\"#)", "f(           )"),
    ("f(#\"a\\#(c)\"#)", "f(      c   )"),
    ("\"\"\"\na \"b\" //\n\"\"\" + c", "   \n        \n    + c"),
    ("func `a b`() {", "func `   `() {"),
    ("f(/\"a\\/\"/)", "f(       )"),
    ("f(#/\"a/\"/#)", "f(        )"),
    ("a / b + \"/\" / c", "a / b +     / c"),
    ("(a) / b / \"c\"", "(a) / b /    "),
    ("#if os(Linux)", "#if os(Linux)"),
    ("a: é // é", "a: é      "),
    ("\"not closed\na", "           \na"),
  ])
  func `keeps the code and its place`(text: String, code: String) {
    #expect(CodeMask.code(of: text) == code)
  }
}
