import CKernels

/// What a thread does while it waits for another without sleeping.
public enum SpinHint {
  /// Lets the processor's other thread, and after some turns the system's other threads, go first.
  public static func relax(turn: Int) { ck_relax(turn) }
}
