"""What make_vectors.py writes: one function a file of Tests/Vectors."""

from . import arithmetic, primitives, step_cases, tiny_model

FILES = {
    "primitives": primitives.make,
    "arithmetic": arithmetic.make,
    "tiny-model": tiny_model.make,
    "steps": step_cases.make_steps,
    "step-edges": step_cases.make_edges,
    "refutations": step_cases.make_refutations,
}
