"""[BLOCK-5] How full a block is, and [CLOCK-1] whether it is full."""

from .evidence import BINDING
from .transactions import FraudProof, MakeChallenge, MakeSeal, Misconduct, Reveal

PROOFS, PROOF_BYTES, SEALS, CHALLENGE_PLACES, CHALLENGE_BYTES, REVEAL_PLACES = 128, 2**23, 128, 64, 2**22, 128
BYTES_OF_A_CHALLENGE, OTHERS, WITH_BLOB, TEXT_BYTES, TOKENIZERS = 2**20, 896, 64, 2**20, 4


class Load:
    def __init__(self):
        self.proofs = self.proof_bytes = self.text_bytes = self.seals = self.challenge_places = self.challenge_bytes = 0
        self.reveal_places = self.others = self.other_bytes = self.with_blob = self.largest_challenge = 0
        self.tokenizers = set()

    def add(self, transaction, size, blob_size):
        match transaction.payload:
            case FraudProof() | Misconduct() as payload:
                self.proofs += 1
                self.proof_bytes += size
                if isinstance(payload, FraudProof) and payload.kind == BINDING:
                    self.text_bytes += len(payload.record)
            case MakeSeal():
                self.seals += 1
            case MakeChallenge(question=question):
                self.challenge_places += question.places()
                self.challenge_bytes += size
                self.largest_challenge = max(self.largest_challenge, size)
            case Reveal(question=question):
                self.reveal_places += question.places()
            case payload:
                self.others += 1
                self.other_bytes += size + blob_size
                self.with_blob += payload.blob is not None

    def add_tokenizer(self, digest):
        """A proof needs this tokenizer in its turn, or None."""
        self.tokenizers |= {digest} - {None}

    def fits(self, parameters):
        return (self.proofs <= PROOFS and self.proof_bytes <= PROOF_BYTES and self.text_bytes <= TEXT_BYTES and len(self.tokenizers) <= TOKENIZERS
                and self.seals <= SEALS and self.challenge_places <= CHALLENGE_PLACES and self.challenge_bytes <= CHALLENGE_BYTES
                and self.largest_challenge <= BYTES_OF_A_CHALLENGE and self.reveal_places <= REVEAL_PLACES and self.others <= OTHERS
                and self.with_blob <= WITH_BLOB and self.other_bytes <= parameters.block_bytes)

    def is_full(self):
        return (PROOFS - self.proofs < 1 or PROOF_BYTES - self.proof_bytes < 2**21 or TEXT_BYTES - self.text_bytes < 2**19
                or TOKENIZERS - len(self.tokenizers) < 1 or SEALS - self.seals < 1 or CHALLENGE_PLACES - self.challenge_places < 16
                or CHALLENGE_BYTES - self.challenge_bytes < 2**20 or REVEAL_PLACES - self.reveal_places < 16)
