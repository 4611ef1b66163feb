"""[CHAL-4] Amounts that move by more than one rule."""

from . import values as v

ACCEPTED = 0


def credit(state, key, amount):
    account = state.account(key)
    state.set_account(key, account.change(balance=account.balance + amount))


def burn(state, amount):
    totals = state.totals()
    state.set(v.TOTALS, b"", totals.change(burnt=totals.burnt + amount))


def slash(chain, state, height, name, challenger, rank):
    """[CHAL-4] A pending claim is slashed for an account."""
    found, totals = state.get(v.CLAIM, name), state.totals()
    provider = state.account(found.provider)
    state.set_account(found.provider, provider.change(stake=provider.stake - found.bond, locked=provider.locked - found.bond))
    reward, due = found.bond * chain.parameters.reward_permille // 1000, state.clock(height) + chain.parameters.seal_blocks
    state.set(v.TOTALS, b"", totals.change(burnt=totals.burnt + found.bond - reward))
    state.set(v.CLAIM, name, found.change(status=v.Status(v.SLASHED, height, challenger)))
    state.set(v.PRIZE, name, v.Prize(reward, rank, due))
    state.join(v.PAYMENT, due, name)
