import NodeInterface

/// Numbers for Prometheus, in its text format.
enum Metrics {
  /// The metrics of a node.
  static func text(_ status: NodeStatus, _ statistics: RequestStatistics) -> String {
    var lines: [String] = []
    func add(_ name: String, _ kind: String, _ help: String, _ samples: [(labels: String, value: String)]) {
      lines.append("# HELP \(name) \(help)")
      lines.append("# TYPE \(name) \(kind)")
      for sample in samples { lines.append("\(name)\(sample.labels) \(sample.value)") }
    }
    add("probity_height", "gauge", "The height of the newest block.", [("", "\(status.height)")])
    add("probity_final_height", "gauge", "The greatest height that a quorum attests.", [("", "\(status.finalHeight)")])
    add("probity_block_time_seconds", "gauge", "The newest block's time.", [("", seconds(status.timeMilliseconds))])
    add("probity_pool_transactions", "gauge", "Transactions that wait.", [("", "\(status.poolTransactions)")])
    add("probity_pool_bytes", "gauge", "Bytes of transactions and blobs that wait.", [("", "\(status.poolBytes)")])
    add("probity_halted", "gauge", "1 if the node has stopped itself.", [("", status.halted == nil ? "0" : "1")])
    add(
      "probity_http_requests_total", "counter", "Requests answered, by class of status.",
      statistics.byClass.map { ("{class=\"\($0.digit)xx\"}", "\($0.count)") })
    return lines.joined(separator: "\n") + "\n"
  }

  private static func seconds(_ milliseconds: UInt64) -> String {
    let rest = String(milliseconds % 1000)
    return "\(milliseconds / 1000)." + String(repeating: "0", count: 3 - rest.count) + rest
  }
}
