import CKernels

/// The tables behind the exponential and the activations, as the kernels hold them. `[NUM-14]`
public enum ArithmeticTables {
  /// X: `floor(2^30 * 2^(-j/256) + 1/2)`, `j` in 0...256. `[NUM-9]`
  public static var exponential: [Int32] { (0...256).map { ck_exp2_entry($0) } }

  /// Z: `floor(2^30 * P(j/128) + 1/2)`, P the standard normal distribution function, `j` in 0...1024. `[NUM-17]`
  public static var normal: [Int32] { (0...1024).map { ck_normal_entry($0) } }

  /// Y: `floor(2^30 / (1 + exp(-j/64)) + 1/2)`, `j` in 0...1024. `[NUM-11]`
  public static var sigmoid: [Int32] { (0...1024).map { ck_sigmoid_entry($0) } }
}
