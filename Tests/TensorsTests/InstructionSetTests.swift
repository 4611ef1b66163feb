import Tensors
import Testing

/// An executor may compute in any way that gives the values. `[NUM-1]`
@Suite struct InstructionSetTests {
  @Test func theScalarTwinIsAlwaysThere() {
    #expect(InstructionSet.available.first == .scalar)
    #expect(InstructionSet.selected.isAvailable)
  }
}
