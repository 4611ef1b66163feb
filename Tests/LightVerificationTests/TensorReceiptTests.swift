import Bytes
import Inference
import Ledger
import LightVerification
import TestSupport
import Testing

@Suite("Receipts of tensor models")
struct TensorReceiptTests {
  @Test("A receipt of a tensor record verifies offline, and says what the input was [RCPT-1] [RCPT-2]")
  func receipt() throws {
    let record = try TinyTensorModel.honest().record
    let claim = Claim.identifier(provider: TestChain.account("provider"), nonce: 0)
    var chain = TestChain(validatorCount: 4)
    try chain.add([TinyTensorModel.registration(on: chain)])
    #expect(try chain.add([chain.posting([record])]) == [.accepted])
    try chain.addEmpty(6)
    let height = UInt64(chain.blocks.count)
    let header = chain.blocks[chain.blocks.count - 1].block.header
    let (value, proof) = chain.stateProof(of: .claim(claim), at: Height(height))
    let batch = TestRecords.batch([record])
    let receipt = Receipt(
      record: record.encoded, recordIndex: 0, inclusion: try #require(batch.tree.inclusionProof(index: 0)), claimIdentifier: claim,
      claim: try Claim(decoding: try #require(value)), stateProof: proof, header: header, history: nil,
      attestations: chain.validators[..<3].map { Attestation(header: header.hash, by: $0, random: NoRandomBytes()) })
    let verified = try VerifiedReceipt(file: receipt.encoded, against: .genesis(chain.genesis))
    #expect(verified.record == record)
  }
}
