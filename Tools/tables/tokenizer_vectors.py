#!/usr/bin/env python3
"""Writes the tokenizer vectors of the tests with llama.cpp as the reference.

Usage: tokenizer_vectors.py MODEL.gguf REPOSITORY   (needs the packages llama-cpp-python and gguf)

Tests/Vectors/smollm2-tokens.json   texts under the tokenizer of the model itself
Tests/Vectors/small-tokenizer.json         a small tokenizer (256 bytes, the model's first merges, five special tokens)
                                                     and texts under it, for both split rules
A text with a byte that the vocabulary lacks has `null` for tokens: llama.cpp drops the byte, [TEXT-5] refuses the text.
"""
import json
import random
import sys
import tempfile
from pathlib import Path

import gguf
import llama_cpp

SMALL_MERGES = 1200

HAND_WRITTEN = [
    "", " ", "  ", "   ", "\n", "\n\n", "\t", "\r\n", " \n ", "a", " a", "a ", "a  b", "a   b", "  a", "a\n\nb", "a \n b", "\u00a0x", "x\u3000\u3000y",
    "Hello, world!", "The quick brown fox jumps over the lazy dog.", "it's we're they've I'll you'd I'm don't", "IT'S WE'RE THEY'VE I'LL YOU'D",
    "'s", "''s", " 's", "'S", "'lls", "'l", "'r", "'re", "'ree", "'v", "'ve'd", "rock 'n' roll's", "’s won’t", "x'", "x '",
    "0", "1234567890", "3.14159", "1,000,000", "v1.2.3-rc4", "0xDEADBEEF", "1 2  3   4", "a1b2c3", "x = 42;", "½ ¼ Ⅷ ² ①②", "٣٤٥ १२३ ๑๒๓", "1st 2nd 3rd", "2024-11-24T07:43:00Z",
    "naïve café résumé", "Straße Größe", "Ελληνικά γράμματα", "Привет, мир! Как дела?", "שלום עולם", "مرحبا بالعالم", "नमस्ते दुनिया", "สวัสดีชาวโลก", "안녕하세요 세계", "こんにちは世界", "你好，世界！",
    "日本語のテキストは空白なしで続く。", "Tiếng Việt có dấu", "e\u0301 a\u0308 o\u0302\u0323", "ǅ ǈ ʰ ª º", "Ꭰ Ꮿ ꭰ", "𝕳𝖊𝖑𝖑𝖔 𝒲𝑜𝓇𝓁𝒹 𝟙𝟚𝟛", "𐍈 𐎀 𒀀",
    "😀", "👍🏽", "👩‍👩‍👧‍👦 family", "🇫🇷🇩🇪", "❤️ heart", "✅ done ❌ not", "a😀b", "😀😀😀😀", "\u200b\u200d\ufeff", "\ufffd", "\U0010ffff", "\ue000", "\U000e0041",
    "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", "<|im_start", "|im_start|>", "<<|im_end|>>", "a<|im_end|>b<|im_end|> c",
    "<|im_end|>\n\n<|im_end|>", "x <|im_end|>", "x  <|im_end|>", "<|im_end|>  x", "<repo_name><reponame><file_sep><filename>", "<jupyter_start><jupyter_text><jupyter_code>", "<IM_START>", "<empty_output >",
    "def f(x):\n    return x * 2\n\n\nclass A:\n\tpass\n", "for (int i = 0; i < n; ++i) { a[i] += b[i]; }", "#include <stdio.h>\n", "SELECT * FROM t WHERE a='b';", "https://example.com/a?b=c&d=e#f", "C:\\Users\\name",
    "{\"key\": [1, 2, {\"a\": null}]}", "$$\\int_0^1 x^2 dx$$", "----====____", "!!!???...", "...'s", "@user #tag %d", "a\tb\t\tc", "line one\nline two\r\nline three", "trailing spaces   ", "   leading spaces",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "abababababababababab", "the the the the", "antidisestablishmentarianism", "ĠĊĉ ÂÃÄ", "\u0085\u2028\u2029", "\u1680\u2003\u202f\u205f x", "\x00", "\x7f", "\x1b[31m", "\x04", "\U00050000",
]

ALPHABETS = [
    "abcdefghijklmnopqrstuvwxyz    '", "etaoin srhld's", " \n\t\r", "0123456789 .,", "ABCdefGHI'st mdrevl", "áéíóúñçüß àêîõ", "абвгдежз ийклмн", "中文字日本語 、。", "한국어 조선말", "ابتثج حخد", "अआइई उऊ", "😀👍🏽❤️✅ ‍",
    "(){}[]<>=+-*/;:!?\"'`~@#$%^&_|\\ ", "\u00a0\u2003\u3000 x\n", "½²Ⅷ٣१ 7a", "<|im_start|> end",
]


def random_texts(count: int) -> list[str]:
    draw = random.Random(20241124)
    texts = []
    for index in range(count):
        letters = ALPHABETS[index % len(ALPHABETS)] if index % 3 else "".join(draw.sample(ALPHABETS, 3))
        texts.append("".join(draw.choice(letters) for _ in range(draw.randint(1, 60))))
    return texts


def tokens_by(model: llama_cpp.Llama, text: str):
    tokens = model.tokenize(text.encode(), add_bos=False, special=True)
    whole = model.detokenize(tokens, special=True) if tokens else b""
    return tokens if whole == text.encode() else None


def vectors(model: llama_cpp.Llama, texts: list[str]) -> list[dict]:
    return [{"text": text, "tokens": tokens_by(model, text)} for text in texts]


def small_tokenizer(reader: gguf.GGUFReader) -> dict:
    """The special tokens first, then the bytes in the order of their letters, then what the model's first merges make."""
    merges = [bytes(reader.fields["tokenizer.ggml.merges"].parts[part]).decode() for part in reader.fields["tokenizer.ggml.merges"].data[:SMALL_MERGES]]
    letters = [letter(byte) for byte in range(256)]
    specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|im_end|>\n", "🙂"]
    tokens, kinds = list(specials), [3, 3, 3, 4, 4]
    tokens += letters + [merge.replace(" ", "") for merge in merges]
    kinds += [1] * (256 + len(merges))
    return {"tokens": tokens, "kinds": kinds, "merges": merges}


def letter(byte: int) -> str:
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    return chr(byte) if byte in printable else chr(0x100 + [other for other in range(256) if other not in printable].index(byte))


def write_small(description: dict, rule: str, path: str) -> None:
    writer = gguf.GGUFWriter(path, "llama")
    for key, value in {"block_count": 1, "context_length": 64, "embedding_length": 32, "feed_forward_length": 32}.items():
        writer.add_uint32(f"llama.{key}", value)
    writer.add_uint32("llama.attention.head_count", 1)
    writer.add_float32("llama.attention.layer_norm_rms_epsilon", 1e-5)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(rule)
    writer.add_token_list(description["tokens"])
    writer.add_token_types(description["kinds"])
    writer.add_token_merges(description["merges"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_bos_token(False)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_json(path: Path, value: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=True, indent=None, separators=(",", ":")) + "\n")


def main() -> None:
    source, repository = sys.argv[1], Path(sys.argv[2])
    texts = HAND_WRITTEN + random_texts(320)
    model = llama_cpp.Llama(source, vocab_only=True, verbose=False)
    write_json(repository / "Tests/Vectors/smollm2-tokens.json", {"vectors": vectors(model, texts)})

    description = small_tokenizer(gguf.GGUFReader(source))
    result = {"tokenizer": description}
    for rule in ["gpt-2", "smollm"]:
        with tempfile.TemporaryDirectory() as folder:
            path = folder + "/small.gguf"
            write_small(description, rule, path)
            result[rule] = vectors(llama_cpp.Llama(path, vocab_only=True, verbose=False), texts)
    write_json(repository / "Tests/Vectors/small-tokenizer.json", result)


if __name__ == "__main__":
    main()
