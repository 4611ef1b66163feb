"""What make_vectors.py writes: one module a file of Tests/Vectors."""

from . import tiny_model

FILES = {"tiny-model": tiny_model.make}
