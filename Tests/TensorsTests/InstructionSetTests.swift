import Tensors
import Testing

@Suite struct InstructionSetTests {
  @Test func theScalarTwinIsAlwaysThere() {
    #expect(InstructionSet.available.first == .scalar)
    #expect(InstructionSet.selected.isAvailable)
  }
}
