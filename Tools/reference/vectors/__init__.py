"""What make_vectors.py writes: one function a file of Tests/Vectors."""

from . import (account_cases, arithmetic, block_cases, claim_cases, fraud_cases, genesis_cases, graph_cases, model_cases, primitives,
               receipt_cases, record_cases, step_cases, tensor_cases, tensor_model, text_cases, tiny_model)

FILES = {
    "primitives": primitives.make,
    "arithmetic": arithmetic.make,
    "graphs": graph_cases.make,
    "tiny-model": tiny_model.make,
    "mixed-model": tiny_model.make_mixed,
    "tiny-encoder": tiny_model.make_encoder,
    "encoder-graphs": graph_cases.make_encoder,
    "encoder-steps": step_cases.make_encoder_steps,
    "models": model_cases.make,
    "steps": step_cases.make_steps,
    "mixed-steps": step_cases.make_mixed_steps,
    "step-edges": step_cases.make_edges,
    "refutations": step_cases.make_refutations,
    "text": text_cases.make,
    "records": record_cases.make,
    "genesis": genesis_cases.make,
    "ledger-accounts": account_cases.make_accounts,
    "ledger-edges": account_cases.make_edges,
    "ledger-claims": claim_cases.make,
    "ledger-frauds": fraud_cases.make,
    "blocks": block_cases.make,
    "receipts": receipt_cases.make,
    "tensor-model": tensor_model.make,
    "tensor-graphs": tensor_cases.make_graphs,
    "tensor-steps": tensor_cases.make_steps,
    "ledger-tensors": tensor_cases.make_ledger,
}
