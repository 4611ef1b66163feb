import Foundation
import LightVerification
import NodeInterface
import TestSupport
import Testing

@Suite("A receipt's report")
struct ReceiptReportTests {
  @Test("It tells people and scripts the same, and strangers' texts cannot break out of it [RCPT-3]")
  func report() async throws {
    let network = try await ProviderNetwork()
    defer { network.stop() }
    let provider = try network.provider()
    let prompt = "a\"\\\n\u{1b}[2J\u{202e}é"
    let (request, signature) = try ProviderNetwork.request(prompt, maxNewTokens: 2)
    _ = try await provider.answer(request, signature: signature)
    let claim = try #require(try await provider.post())
    let file = try await network.node.receipt(claim: claim, record: 0)
    let report = ReceiptReport(try VerifiedReceipt(file: file, against: .genesis(network.genesis)))
    #expect(report.exitCode == 3)
    #expect(report.lines.last?.hasPrefix("PENDING") == true)
    #expect(report.lines.allSatisfy { line in !line.unicodeScalars.contains { $0.value < 32 || $0.value == 0x202e } })
    let object = try #require(try JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [String: Any])
    #expect(object["prompt"] as? String == prompt)
    #expect(object["verdict"] as? String == "pending")
    #expect(object["claim"] as? String == claim.hex)
    #expect((object["deadline"] as? Int).map(UInt64.init) == report.receipt.claim.deadline.value)
    let refusal = ReceiptReport.refusal(code: 7, reason: ReceiptRejection.noQuorum.description)
    #expect((try JSONSerialization.jsonObject(with: Data(refusal.utf8)) as? [String: Any])?["code"] as? Int == 7)
  }
}
