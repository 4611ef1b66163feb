"""SPEC sections 12 to 14: the ledger, its transactions, genesis, blocks and receipts."""
