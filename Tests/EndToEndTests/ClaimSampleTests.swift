import Bytes
import Cryptography
import TestSupport
import Testing
import Watchtower

@Suite("Samples of claims")
struct ClaimSampleTests {
  private let claims = (0..<4_000).map { Digest.hash([UInt8($0 & 255), UInt8($0 >> 8)]) }

  @Test("One claim in so many is chosen, the same after a restart, and others for another key")
  func share() {
    let sample = ClaimSample(oneIn: 10, key: TestChain.key("challenger"))
    let chosen = claims.filter(sample.contains)
    // The mean is 400 and the standard deviation 19.
    #expect((300...500).contains(chosen.count))
    let again = ClaimSample(oneIn: 10, key: TestChain.key("challenger"))
    #expect(claims.filter(again.contains) == chosen)
    let other = ClaimSample(oneIn: 10, key: TestChain.key("bob"))
    #expect(claims.filter(other.contains) != chosen)
  }

  @Test("One in one is every claim")
  func all() {
    let sample = ClaimSample(oneIn: 1, key: TestChain.key("challenger"))
    #expect(claims.allSatisfy(sample.contains))
  }
}
