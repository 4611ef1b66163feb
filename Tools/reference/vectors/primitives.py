"""primitives.json: encodings, hashes, signatures and Merkle trees (SPEC sections 1 to 5)."""

from probity_reference import encoding as e
from probity_reference import merkle, signatures, state_tree
from probity_reference.hashing import sha256, tagged

CERTIFICATE_TRANSPARENCY = [bytes.fromhex(h) for h in (
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")]


def encodings():
    values = [
        ("u8", 255), ("u16", 258), ("u32", 0x01020304), ("u64", 2**64 - 1), ("i8", -128), ("i16", -2), ("i32", -2**31), ("i64", -2**63)]
    return {
        "integers": [{"type": t, "value": str(v), "bytes": getattr(e, t)(v).hex()} for t, v in values],
        "true": e.boolean(True).hex(), "counted": {"value": "0a0b", "bytes": e.counted(b"\x0a\x0b").hex()},
        "text": {"value": "Prüfung ✓", "bytes": e.text("Prüfung ✓").hex()},
        "list": {"u16": [1, 2, 3], "bytes": e.listing([e.u16(v) for v in (1, 2, 3)]).hex()},
        "option": {"none": e.option(None).hex(), "u32 7": e.option(e.u32(7)).hex()},
    }


def trees():
    out = []
    for size in [0, 1, 2, 3, 4, 5, 7, 8, 9, 13, 17, 31, 64, 100]:
        tree = merkle.Tree([e.u32(i) for i in range(size)])
        ranges = sorted({(i, j) for i, j in ((0, 1), (0, size), (1, 3), (2, size - 1), (size // 2, size), (size - 1, size)) if 0 <= i < j <= size})
        out.append({"size": size, "root": tree.root.hex(), "ranges": [
            {"first": i, "end": j, "proof": [h.hex() for h in tree.range_proof(i, j)]} for i, j in ranges]})
    tree = merkle.Tree(CERTIFICATE_TRANSPARENCY)
    return {"leaf": "the place as u32", "trees": out, "certificateTransparency": {
        "leaves": [leaf.hex() for leaf in CERTIFICATE_TRANSPARENCY], "root": tree.root.hex(),
        "range1to3": [h.hex() for h in tree.range_proof(1, 3)]}}


def keys():
    out = []
    for name in ("alice", "bob", "client"):
        secret = tagged("probity/devnet-key", name.encode())
        message = tagged("probity/example", name.encode())
        signature = signatures.sign(secret, message)
        public = signatures.public_key(secret)
        assert signatures.verify(public, message, signature)
        out.append({"name": name, "secret": secret.hex(), "public": public.hex(), "message": message.hex(), "signature": signature.hex()})
    return out


def state():
    pairs = {sha256(e.u32(i)): f"value {i}".encode() for i in range(40)}
    out = []
    for key in [sha256(e.u32(i)) for i in (0, 7, 39, 40, 41, 45, 52)]:
        out.append({"key": key.hex(), "value": pairs[key].hex() if key in pairs else None, "proof": state_tree.prove(pairs, key).hex()})
    roots = []
    for count in (0, 1, 2, 3, 10, 40):
        roots.append({"pairs": count, "root": state_tree.root(dict(list(pairs.items())[:count])).hex()})
    return {"pairs": "key SHA256(u32 i), value the text `value i`, i below the number of pairs", "roots": roots, "root": roots[-1]["root"], "proofs": out}


def make():
    return {
        "encodings": encodings(), "taggedExample": tagged("probity/example", b"abc").hex(), "merkle": trees(), "keys": keys(), "stateTree": state()}
