"""genesis.json: geneses in both forms, and what their readers refuse."""

import json
from dataclasses import fields, replace

from probity_reference.encoding import Refused, counted
from probity_reference.ledger import blocks as b, genesis as g

from .scenario import SMALL, make_genesis, public

NO_KEY = bytes(31) + b"\5"


def base():
    return make_genesis("genesis ✓", ["validator 1", "validator 2"], {"alice": (10, 0), "bob": (0, 20), "carol": (30, 40)})


def low_parameters():
    return g.Parameters(1, 16, 1, 1, 0, 0, 0, 0, 50, 2**22, 13, 1, 1, 1, 0, 8, 1, 1)


def least_bond():
    """The least claim bond with the other small parameters: its reward, rounded down, is 6 * 2058 + 20 + 2 * 3 * 2^20 + 3 * 2^19."""
    return -(-1000 * (6 * 2058 + 20 + 6 * 2**20 + 3 * 2**19) // SMALL.reward_permille)


def valid():
    first = base()
    yield "two validators, three accounts", first
    yield "one validator, no account", make_genesis("g", ["validator 1"], {})
    yield "a name of 64 bytes", replace(first, name="n" * 64)
    yield "time 0", replace(first, time=0)
    yield "the last time", replace(first, time=2**47 - 1)
    yield "a supply of 2^63 - 1", make_genesis("g", ["validator 1"], {"alice": (2**62, 2**62 - 1)})
    yield "small parameters", replace(first, parameters=low_parameters())
    yield "large parameters", replace(first, parameters=g.Parameters(
        2**31, 2**33, 2**62, 999, *[2**32] * 5, 2**26, 2**32, 2**24, 2**24, 2**24, 15, 8, 2**60, 2**60))
    yield "the least bonds", replace(first, parameters=replace(SMALL, claim_bond=least_bond(), challenge_bond=4116))


def invalid():
    """Geneses out of range: they have an encoding, but no decoder takes it."""
    first = base()
    yield "an empty name", replace(first, name="")
    yield "a name of 65 bytes", replace(first, name="n" * 63 + "é")
    yield "a time of 2^47", replace(first, time=2**47)
    yield "a time of 2^64 - 1", replace(first, time=2**64 - 1)
    yield "no validator", replace(first, validators=())
    yield "validators that descend", replace(first, validators=first.validators[::-1])
    yield "one validator twice", replace(first, validators=first.validators[:1] * 2)
    yield "a validator that is no key", replace(first, validators=(NO_KEY,))
    yield "accounts that descend", replace(first, accounts=first.accounts[::-1])
    yield "one account twice", replace(first, accounts=first.accounts[:1] * 2)
    yield "an account that is no key", replace(first, accounts=((NO_KEY, 1, 1),))
    yield "an account that holds nothing", replace(first, accounts=((public("alice"), 0, 0),))
    yield "a supply of 2^63", make_genesis("g", ["validator 1"], {"alice": (2**62, 2**62)})
    yield "a supply beyond 2^64", make_genesis("g", ["validator 1"], {"alice": (2**64 - 1, 2**64 - 1), "bob": (5, 0)})
    for field, (low, high) in zip(fields(SMALL), g.RANGES, strict=True):
        for value in (low - 1, high + 1):
            if value >= 0:
                yield f"{g.NAMES[field.name]} of {value}", replace(first, parameters=replace(SMALL, **{field.name: value}))
    wide = replace(low_parameters(), unbonding_blocks=2**33)
    for name, parameters in [("windowBlocks", replace(wide, window_blocks=2**32 + 1)), ("disputeBlocks", replace(wide, dispute_blocks=2**32 + 1)),
                             ("a dispute too short by a block", replace(SMALL, dispute_blocks=13)),
                             ("a window shorter than a seal", replace(SMALL, window_blocks=1)),
                             ("an unbonding too short by a block", replace(SMALL, unbonding_blocks=19)),
                             ("a challenge bond one short", replace(SMALL, challenge_bond=4115)),
                             ("a claim bond whose reward is one short", replace(SMALL, claim_bond=least_bond() - 1))]:
        yield f"{name}, beyond its bound", replace(first, parameters=parameters)


def files(first):
    """Texts that are no file of this genesis; the first few are."""
    text = g.write_file(first)
    made = json.loads(text)
    dump = lambda **changes: json.dumps({**made, **changes})
    swap = lambda old, new: text.replace(old, new, 1)
    assert '"time": 1700000000000' in text
    yield "as written", text, True
    yield "in one line", json.dumps(made, separators=(",", ":")), True
    yield "members in another order", json.dumps(dict(reversed(made.items()))), True
    yield "text not escaped", json.dumps(made, ensure_ascii=False), True
    yield "escapes in a member's name", swap('"time"', '"t\\u0069me"'), True
    yield "white space around", " \n\t\r" + text + " \n", True
    yield "nothing", "", False
    yield "no object", "[]", False
    yield "text after it", text + "{}", False
    yield "ends early", text[:-1], False
    yield "a comma too many", swap('"stake": 0\n', '"stake": 0,\n'), False
    yield "a comment", "/* */" + text, False
    yield "a byte order mark", "\ufeff" + text, False
    yield "a member missing", json.dumps({k: v for k, v in made.items() if k != "time"}), False
    yield "a member unknown", dump(other=1), False
    yield "a member twice", swap('"time": 1700000000000', '"time": 1700000000000, "time": 1700000000000'), False
    yield "a parameter missing", dump(parameters={k: v for k, v in made["parameters"].items() if k != "baseFee"}), False
    yield "a parameter unknown", dump(parameters={**made["parameters"], "other": 1}), False
    yield "a parameter twice", swap('"baseFee": 10', '"baseFee": 10, "baseFee": 10'), False
    yield "an account's member unknown", dump(accounts=[{**a, "nonce": 0} for a in made["accounts"]]), False
    yield "an account's member missing", dump(accounts=[{"key": a["key"], "balance": a["balance"]} for a in made["accounts"]]), False
    for name, number in [("a sign", "+1700000000000"), ("a minus sign", "-1"), ("minus zero", "-0"), ("a fraction", "1700000000000.0"),
                         ("an exponent", "17e11"), ("a leading zero", "01700000000000"), ("text", '"1700000000000"'), ("null", "null"),
                         ("true", "true"), ("2^64", str(2**64)), ("2^64 + 1700000000000", str(2**64 + 1700000000000)), ("NaN", "NaN")]:
        yield f"a time with {name}", swap("1700000000000", number), False
    root = first.root().hex()
    yield "capital digits in the root", swap(root, root.upper()), False
    yield "another root", swap(root, "00" * 32), False
    yield "a root of 31 bytes", swap(root, root[2:]), False
    yield "a root of 33 bytes", swap(root, root + "00"), False
    yield "a key with a prefix", swap(made["validators"][0], "0x" + made["validators"][0]), False
    yield "a key that is a number", dump(validators=[1]), False
    yield "a key that is none", dump(validators=[NO_KEY.hex()]), False
    yield "another name", swap("genesis", "Genesis"), False
    yield "half of a surrogate pair", swap("genesis", "\\ud800"), False
    yield "validators in another order", dump(validators=made["validators"][::-1]), False
    yield "accounts in another order", dump(accounts=made["accounts"][::-1]), False


def refused(read, data):
    try:
        read(data)
        return False
    except Refused:
        return True


def encodings(first):
    data = first.encode()
    yield "a byte short", data[:-1]
    yield "a byte left over", data + b"\0"
    yield "a name that is not UTF-8", counted(b"\xff") + data[4 + len(first.name.encode()):]
    keys = sorted(public(f"v{i}") for i in range(129))
    yield "129 validators", replace(first, validators=tuple(keys)).encode()


def make():
    geneses = []
    for name, genesis in valid():
        genesis.check()
        assert g.Genesis.decode(genesis.encode()) == genesis == g.parse_file(g.write_file(genesis).encode())
        geneses.append({"name": name, "bytes": genesis.encode().hex(), "file": g.write_file(genesis), "root": genesis.root().hex(),
                        "stateRoot": genesis.state().root().hex(), "headerHash": b.genesis_header(genesis).hash().hex()})
    bad = []
    for name, genesis in invalid():
        data = genesis.encode()
        assert refused(g.Genesis.decode, data) and refused(g.parse_file, g.write_file(genesis).encode()), name
        bad.append({"name": name, "bytes": data.hex(), "file": g.write_file(genesis)})
    for name, data in encodings(base()):
        assert refused(g.Genesis.decode, data), name
        bad.append({"name": name, "bytes": data.hex()})
    texts = []
    for name, text, fine in files(base()):
        assert refused(g.parse_file, text.encode()) != fine, name
        texts.append({"name": name, "text": text, "valid": fine})
    return {"valid": geneses, "invalid": bad, "files": texts}
