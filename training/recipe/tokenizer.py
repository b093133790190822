"""A byte-level BPE: training, encoding, and the `tokenizer.json` of Hugging Face.

Numbers are split into digits, the first one with the space before it.
"""
import collections
import json
import os
import re

SPECIAL = ["<|bos|>", "<|eos|>", "<|pad|>"]
BOS, EOS, PAD = 0, 1, 2
#: The same in two notations: Hugging Face's, and that of Python's `re`.
PATTERN = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
SPLIT = re.compile(r"'(?:[sdmt]|ll|ve|re)| ?[^\W\d_]+| ?\d| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")


def byte_letters():
    """The printable letter that stands for each byte (GPT-2's table)."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {byte: chr(byte) for byte in shown}
    hidden = (byte for byte in range(256) if byte not in letters)
    letters.update({byte: chr(256 + i) for i, byte in enumerate(hidden)})
    return letters


LETTERS = byte_letters()
BYTES = {letter: byte for byte, letter in LETTERS.items()}


class Tokenizer:
    """Encodes and decodes; `merges` are pairs of pieces, the first learned first."""

    def __init__(self, merges):
        self.merges = [tuple(pair) for pair in merges]
        self.pieces = SPECIAL + sorted(LETTERS.values()) + [a + b for a, b in self.merges]
        self.ids = {piece: i for i, piece in enumerate(self.pieces)}
        self.ranks = {pair: rank for rank, pair in enumerate(self.merges)}
        self.known = {}

    def encode(self, text):
        """Ids of a text, without a first token."""
        ids = []
        for part in SPLIT.findall(text):
            if part not in self.known:
                self.known[part] = self._encode_part(part)
            ids += self.known[part]
        return ids

    def _encode_part(self, part):
        pieces = [LETTERS[byte] for byte in part.encode()]
        while len(pieces) > 1:
            pairs = list(zip(pieces, pieces[1:]))
            best = min(pairs, key=lambda pair: self.ranks.get(pair, len(self.ranks)))
            if best not in self.ranks:
                break
            pieces = merged(pieces, best)
        return [self.ids[piece] for piece in pieces]

    def decode(self, ids):
        data = bytearray()
        for i in ids:
            if i >= len(SPECIAL):
                data += bytes(BYTES[letter] for letter in self.pieces[i])
        return data.decode("utf8", "replace")

    def save(self, folder, context, first_token=True):
        """Writes `tokenizer.json` and `tokenizer_config.json`.

        :param first_token: whether a text gets the first token before it
        """
        os.makedirs(folder, exist_ok=True)
        token = lambda i: {"content": SPECIAL[i], "single_word": False, "lstrip": False, "rstrip": False,
                           "normalized": False, "special": True}
        first = [{"SpecialToken": {"id": SPECIAL[BOS], "type_id": 0}}] if first_token else []
        write(os.path.join(folder, "tokenizer.json"), {
            "version": "1.0", "truncation": None, "padding": None,
            "added_tokens": [{"id": i, **token(i)} for i in range(len(SPECIAL))],
            "normalizer": None,
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": PATTERN}, "behavior": "Isolated", "invert": False},
                {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}]},
            "post_processor": {
                "type": "TemplateProcessing",
                "single": [*first, {"Sequence": {"id": "A", "type_id": 0}}],
                "pair": [*first, {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                "special_tokens": {SPECIAL[BOS]: {"id": SPECIAL[BOS], "ids": [BOS], "tokens": [SPECIAL[BOS]]}}},
            "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
            "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                      "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
                      "vocab": self.ids, "merges": [" ".join(pair) for pair in self.merges]}})
        write(os.path.join(folder, "tokenizer_config.json"), {
            "add_bos_token": first_token, "add_eos_token": False, "bos_token": SPECIAL[BOS], "eos_token": SPECIAL[EOS],
            "pad_token": SPECIAL[PAD], "unk_token": None, "clean_up_tokenization_spaces": False,
            "model_max_length": context, "tokenizer_class": "PreTrainedTokenizerFast",
            "added_tokens_decoder": {str(i): token(i) for i in range(len(SPECIAL))}})

    @staticmethod
    def load(folder):
        with open(os.path.join(folder, "tokenizer.json"), encoding="utf8") as file:
            return Tokenizer([merge.split(" ") for merge in json.load(file)["model"]["merges"]])


def train(texts, size):
    """Learns the merges of a vocabulary of `size` pieces: always the most frequent pair, ties by the alphabet."""
    counts = collections.Counter(part for text in texts for part in SPLIT.findall(text))
    parts = [[LETTERS[byte] for byte in part.encode()] for part in counts]
    weights = list(counts.values())
    pairs = collections.Counter()
    where = collections.defaultdict(set)

    def count(i, sign):
        for pair in zip(parts[i], parts[i][1:]):
            pairs[pair] += sign * weights[i]
            if sign > 0:
                where[pair].add(i)

    for i in range(len(parts)):
        count(i, 1)
    merges = []
    while len(SPECIAL) + 256 + len(merges) < size:
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        if pairs[best] < 2:
            raise ValueError("too little text for %d pieces" % size)
        merges.append(best)
        for i in where.pop(best):
            count(i, -1)
            parts[i] = merged(parts[i], best)
            count(i, 1)
        pairs.pop(best, None)
    return Tokenizer(merges)


def merged(pieces, pair):
    """The pieces with every occurrence of the pair joined, from left to right."""
    joined, i = [], 0
    while i < len(pieces):
        if i + 1 < len(pieces) and (pieces[i], pieces[i + 1]) == pair:
            joined.append(pieces[i] + pieces[i + 1])
            i += 2
        else:
            joined.append(pieces[i])
            i += 1
    return joined


def write(path, value):
    with open(path, "w", encoding="utf8") as file:
        json.dump(value, file, ensure_ascii=False, indent=1)
