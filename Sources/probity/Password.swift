import Foundation

/// Where the password of a key file comes from: a file, the environment, or whoever sits at the terminal.
enum Password {
  /// The longest password, in bytes.
  private static let limit = 1 << 12

  /// Reads a password.
  /// - Parameters:
  ///   - file: a file that holds it, and nothing else but a last newline.
  ///   - confirming: whether someone who types it has to do so twice.
  static func read(file: String?, confirming: Bool) throws -> [UInt8] {
    if let file {
      var bytes = try readFile(file, atMost: limit)
      if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
      return bytes
    }
    if let password = ProcessInfo.processInfo.environment["PROBITY_PASSWORD"] { return Array(password.utf8) }
    guard isatty(STDIN_FILENO) == 1 else {
      throw CommandFailure("the key file needs a password: set PROBITY_PASSWORD or give --password-file")
    }
    let password = try ask("Password: ")
    if confirming, try ask("The same again: ") != password { throw CommandFailure("the two passwords differ") }
    return password
  }

  /// Reads a line from the terminal without showing it.
  private static func ask(_ prompt: String) throws -> [UInt8] {
    FileHandle.standardError.write(Data(prompt.utf8))
    var settings = termios()
    guard tcgetattr(STDIN_FILENO, &settings) == 0 else { throw CommandFailure("the terminal cannot be read") }
    var silent = settings
    silent.c_lflag &= ~tcflag_t(ECHO)
    guard tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0 else { throw CommandFailure("the terminal cannot be silenced") }
    defer {
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
      FileHandle.standardError.write(Data("\n".utf8))
    }
    guard let line = readLine() else { throw CommandFailure("no password was typed") }
    return Array(line.utf8)
  }
}
