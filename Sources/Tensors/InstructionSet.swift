import CKernels

/// The instruction sets that the kernels exist for. All of them return the same bits; they differ in speed alone. `[NUM-1]`
public enum InstructionSet: String, CaseIterable, Hashable, Sendable {
  /// Plain C, the twin that the others are held to.
  case scalar
  /// x86-64 with AVX2.
  case avx2
  /// x86-64 with AVX-512 and its 16-bit dot products.
  case avx512vnni
  /// AArch64.
  case neon
  /// AArch64 with its 8-bit dot products.
  case neonDotProducts

  /// Whether this processor can run it.
  public var isAvailable: Bool { ck_isa_is_available(kernels) }

  /// All that this processor can run; `scalar` is always among them.
  public static let available: [InstructionSet] = allCases.filter(\.isAvailable)

  /// What the functions of this module use unless told otherwise: the set that the environment variable `PROBITY_INSTRUCTION_SET` names, if
  /// this processor can run it, else the fastest.
  public static let selected: InstructionSet = {
    if let name = ck_isa_requested(), let requested = InstructionSet(rawValue: String(cString: name)), requested.isAvailable {
      return requested
    }
    return available.last ?? .scalar
  }()

  var kernels: ck_isa {
    switch self {
    case .scalar: CK_ISA_SCALAR
    case .avx2: CK_ISA_AVX2
    case .avx512vnni: CK_ISA_AVX512VNNI
    case .neon: CK_ISA_NEON
    case .neonDotProducts: CK_ISA_NEON_DOTPROD
    }
  }
}
