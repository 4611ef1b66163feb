"""An independent implementation of SPEC.md in Python, to be read beside it and to write the test vectors."""
