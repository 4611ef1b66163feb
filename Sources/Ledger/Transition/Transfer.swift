extension Transition {
  /// Moves units from the sender's balance to another's. `[TX-3]`
  mutating func apply(_ transfer: Transfer, from identifier: AccountIdentifier) throws(Refusal) {
    let recipientIdentifier = AccountIdentifier(transfer.to)
    var sender = state.account(identifier)
    var recipient = state.account(recipientIdentifier)
    guard transfer.amount > .zero else { throw .transferZero }
    guard recipientIdentifier != identifier else { throw .transferToSelf }
    guard let balance = sender.balance.subtracting(transfer.amount) else { throw .transferAboveBalance }
    // All checks are done; nothing below can fail.
    sender.balance = balance
    recipient.balance = recipient.balance.increased(by: transfer.amount)
    state.set(sender, at: identifier)
    state.set(recipient, at: recipientIdentifier)
  }
}
