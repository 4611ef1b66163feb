import Bytes
import Foundation
import Ledger

/// `probity-replay < STREAM`: executes the stream's blocks as they come and answers each with one line, for `Tools/transition-fuzz/run.py` to
/// compare with the Python reference.
@main
struct Program {
  static func main() throws {
    let stream = StreamReader(.standardInput)
    var replay = try Replay(try Genesis(decoding: stream.genesis()))
    while let block = try stream.block() {
      FileHandle.standardOutput.write(Data((try replay.line(for: block) + "\n").utf8))
    }
  }
}
