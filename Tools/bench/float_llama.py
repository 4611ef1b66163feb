"""A float32 forward pass of a LLaMA model in a GGUF file, in NumPy: what the integer executor is compared with."""

import gguf
import numpy as np


class FloatLlama:
    def __init__(self, path):
        reader = gguf.GGUFReader(str(path))
        self.weights = {
            tensor.name: np.ascontiguousarray(gguf.quants.dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)
            for tensor in reader.tensors
        }

        def field(name):
            return reader.fields[f"llama.{name}"].contents()

        self.layers = int(field("block_count"))
        self.heads = int(field("attention.head_count"))
        self.groups = int(field("attention.head_count_kv"))
        self.width = int(field("embedding_length")) // self.heads
        self.epsilon = float(field("attention.layer_norm_rms_epsilon"))
        self.base = float(field("rope.freq_base"))

    def norm(self, x, gain):
        return x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + np.float32(self.epsilon)) * self.weights[gain]

    def rotate(self, x):
        """Rotates the pairs (2i, 2i + 1) of every head; x is [rows, heads, width]."""
        angles = np.arange(len(x))[:, None] * self.base ** (-np.arange(0, self.width, 2) / self.width)[None, :]
        cosine, sine = (f(angles).astype(np.float32)[:, None, :] for f in (np.cos, np.sin))
        even, odd = x[..., 0::2], x[..., 1::2]
        out = np.empty_like(x)
        out[..., 0::2] = even * cosine - odd * sine
        out[..., 1::2] = even * sine + odd * cosine
        return out

    def attend(self, x, prefix):
        rows = len(x)
        query, key, value = (
            (x @ self.weights[f"{prefix}attn_{name}.weight"].T).reshape(rows, -1, self.width) for name in ("q", "k", "v"))
        query, key = self.rotate(query), self.rotate(key)
        mask = np.triu(np.full((rows, rows), -np.inf, np.float32), 1)
        out = np.empty_like(query)
        for head in range(self.heads):
            group = head * self.groups // self.heads
            scores = query[:, head] @ key[:, group].T / np.float32(np.sqrt(self.width)) + mask
            scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
            out[:, head] = scores / scores.sum(axis=-1, keepdims=True) @ value[:, group]
        return out.reshape(rows, -1) @ self.weights[f"{prefix}attn_output.weight"].T

    def feed(self, x, prefix):
        gate, up = (x @ self.weights[f"{prefix}ffn_{name}.weight"].T for name in ("gate", "up"))
        return (gate / (1 + np.exp(-gate)) * up) @ self.weights[f"{prefix}ffn_down.weight"].T

    def logits(self, tokens):
        """[rows, vocabulary] for a list of tokens."""
        x = self.weights["token_embd.weight"][np.array(tokens)]
        for layer in range(self.layers):
            prefix = f"blk.{layer}."
            x = x + self.attend(self.norm(x, f"{prefix}attn_norm.weight"), prefix)
            x = x + self.feed(self.norm(x, f"{prefix}ffn_norm.weight"), prefix)
        head = self.weights.get("output.weight", self.weights["token_embd.weight"])
        return self.norm(x, "output_norm.weight") @ head.T
