#!/usr/bin/env python3
"""Writes the word piece vectors of the tests with HuggingFace's `tokenizers` as the reference.

Usage: word_piece_vectors.py TOKENIZER.json REPOSITORY   (needs the package tokenizers)

Tests/Vectors/minilm-tokens.json    texts under the tokenizer of MiniLM
Tests/Vectors/word-pieces.json      a small vocabulary and texts under it, folded and not
The package classes scalars by Unicode 8, [TEXT-8] by Unicode 14: a text with a scalar that is newer is left out.
"""
import json
import random
import sys
import unicodedata
from pathlib import Path

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from tokenizers import AddedToken

HAND_WRITTEN = [
    "", " ", "\t\n", "Hello, world!", "The quick brown fox jumps over the lazy dog.", "unaffable", "don't", "U.S.A.", "1,000.50", "a-b_c", "##ing", "#tag", "[CLS]", "[cls]", "a[SEP]b", "[MASK]ed",
    "[[UNK]]", "[PAD] [PAD]", "naïve café résumé", "Straße Größe", "İstanbul ISPARTA ıı", "ΣΊΣΥΦΟΣ σίσυφος", "Привет, мир!", "שלום עולם", "مرحبا بالعالم", "नमस्ते दुनिया", "สวัสดีชาวโลก", "안녕하세요 세계", "한글",
    "こんにちは世界", "你好，世界！", "日本語のテキスト", "豈更車", "\U0002f800\U00020000", "Tiếng Việt có dấu", "e\u0301 a\u0308 o\u0302\u0323", "ǅ ǈ ʰ ª º", "ﬁ ﬂ ½ ²", "𝕳𝖊𝖑𝖑𝖔", "Ａｂｃ　ｄ",
    "😀", "👍🏽", "👩‍👩‍👧‍👦 family", "🇫🇷🇩🇪", "❤️ heart", "a😀b", "\u200b\u200d\ufeff", "a\u200bb", "\ufffd", "\U0010ffff", "\ue000x", "a\x00b", "a\x0bb\x0cc\x85d", "a\x7fb", "x\u00a0y\u2003z\u3000w", "\u2028 \u2029",
    "x" * 100, "x" * 101, "word " + "y" * 200 + " word", "!?.,;:()[]{}<>@#$%^&*-_=+|\\/~`'\"", "«quoted» „so“ ‘and’ “so” – — …", "`´ ^ ¨ ¸", "a\u0300\u0301\u0302b", "\u0301", "\u0301 \u0300x", "̀̀", "κόσμε",
]
ALPHABETS = [
    "abcdefghijklmnopqrstuvwxyz    '", "etaoin srhld", " \n\t\r", "0123456789 .,", "ABCdefGHI'st mdrevl", "áéíóúñçüß àêîõ", "ÁÉÍÓÚÑÇÜ ÀÊÎÕİ", "абвгдежз АБВГДЁЖЗЙ", "中文字日本語 、。豈", "한국어 조선말", "ابتثج حخد", "अआइई उऊ़ि",
    "😀👍🏽❤️✅ ‍", "(){}[]<>=+-*/;:!?\"'`~@#$%^&_|\\ ", "\u00a0\u2003\u3000 x\n\u200b", "½²Ⅷ٣१ 7a", "[CLS] [SEP] end", "the of and ing ed", "e\u0301\u0300\u0323 a",
]
SPECIALS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def texts() -> list[str]:
    draw = random.Random(20241125)
    made = list(HAND_WRITTEN)
    for index in range(300):
        letters = ALPHABETS[index % len(ALPHABETS)] if index % 3 else "".join(draw.sample(ALPHABETS, 3))
        made.append("".join(draw.choice(letters) for _ in range(draw.randint(1, 60))))
    return made


def vectors(tokenizer: Tokenizer, made: list[str]) -> list[dict]:
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return [{"text": text, "tokens": tokenizer.encode(text).ids} for text in made]


def small_vocabulary(vocabulary: list[str]) -> list[str]:
    """The specials, every single letter of the texts in both places, and the words and pieces of the large vocabulary that are made of few letters."""
    letters = sorted({c for text in HAND_WRITTEN + ALPHABETS for c in unicodedata.normalize("NFD", text.lower()) + text if c > " "})
    kept = [w for w in vocabulary if w.isascii() and w.removeprefix("##").isalpha() and 2 <= len(w.removeprefix("##")) <= 4][:1500]
    return SPECIALS + list(dict.fromkeys(letters[::2] + ["##" + c for c in letters[::3]] + kept + ["##", "###"]))


def tokenizer_of(words: list[str], folds: bool) -> Tokenizer:
    made = Tokenizer(models.WordPiece({w: i for i, w in enumerate(words)}, unk_token="[UNK]", max_input_chars_per_word=100))
    made.normalizer = normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=folds)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    made.add_special_tokens([AddedToken(s, normalized=False, special=True) for s in SPECIALS])
    return made


def write_json(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, ensure_ascii=True, separators=(",", ":")) + "\n")


def main() -> None:
    source, repository = sys.argv[1], Path(sys.argv[2])
    vocabulary = json.loads(Path(source).read_text())["model"]["vocab"]
    made = texts()
    write_json(repository / "Tests/Vectors/minilm-tokens.json", {"vectors": vectors(Tokenizer.from_file(source), made)})
    words = small_vocabulary([w for w, _ in sorted(vocabulary.items(), key=lambda item: item[1])])
    write_json(repository / "Tests/Vectors/word-pieces.json", {
        "tokens": words, "specials": len(SPECIALS), "unknown": 1, "beginning": 2, "end": 3,
        "folded": vectors(tokenizer_of(words, True), made), "unfolded": vectors(tokenizer_of(words, False), made)})


if __name__ == "__main__":
    main()
