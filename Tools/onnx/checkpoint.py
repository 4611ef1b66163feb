"""Reads a PyTorch checkpoint in the format before 1.6, without PyTorch: five pickles, then the storages one after the other."""

import collections
import pickle

import numpy as np

MAGIC = 0x1950A86A20F9469CFC6C
TYPES = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}
ALLOWED = {("collections", "OrderedDict"), ("torch._utils", "_rebuild_tensor_v2"), ("torch", "FloatStorage"), ("torch", "LongStorage")}


class _Unpickler(pickle.Unpickler):
    """Builds descriptions of tensors; refuses every other class."""

    def find_class(self, module, name):
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"{module}.{name} is not part of a checkpoint of tensors")
        if name == "OrderedDict":
            return collections.OrderedDict
        return name if name in TYPES else (lambda storage, offset, size, stride, *_: (storage, offset, size, stride))

    def persistent_load(self, identifier):
        kind, storage_type, key, _, count, view = identifier
        if kind != "storage" or view is not None:
            raise pickle.UnpicklingError("a view of a storage")
        return storage_type, key, count


def read(path):
    """The tensors of a checkpoint: name to array."""
    with open(path, "rb") as file:
        if _Unpickler(file).load() != MAGIC:
            raise ValueError("not a checkpoint in the format before 1.6")
        _Unpickler(file).load()  # the protocol's version
        if not _Unpickler(file).load()["little_endian"]:
            raise ValueError("the checkpoint is not little-endian")
        tensors = _Unpickler(file).load()
        keys = _Unpickler(file).load()
        types = {storage[1]: TYPES[storage[0]] for storage, *_ in tensors.values()}
        storages = {}
        for key in keys:
            count = int.from_bytes(file.read(8), "little")
            storages[key] = np.frombuffer(file.read(count * types[key].itemsize), types[key])
    return {
        name: np.lib.stride_tricks.as_strided(
            storages[storage[1]][offset:], size, [step * storages[storage[1]].itemsize for step in stride]).copy()
        for name, (storage, offset, size, stride) in tensors.items()
    }
