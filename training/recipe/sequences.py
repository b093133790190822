"""Training sequences: ids, loss weights and positions.

A sequence begins with the first token. It is one of three kinds: text alone; a haystack with needles, then
questions and answers in the app's format; or patterns of random tokens that repeat.
"""
import collections
import os
import pickle
import random as random_module
import re

import numpy as np

from . import stories, text, tokenizer, words
from .needles import NeedleSource
from .sentences import HELD_SENTENCES

#: Loss weights. Values in the haystack cannot be known; values of an answer can.
TEXT, FACT, FACT_VALUE, QUESTION, ANSWER, ANSWER_VALUE, REPEAT, RANDOM_WORD = 1.0, 0.5, 0.05, 0.2, 1.0, 4.0, 1.01, 0.1
#: Longest position that skipping reaches.
FARTHEST = 16_383


class Pools:
    """Tokenized sentences: `real` and `story` are lists of documents, a document is a list of arrays of ids.

    The first sentence of a paragraph begins with a line end, the others with a space.

    :param words: words that needles may be made of
    """

    def __init__(self, tokens, real, story, words=()):
        self.tokens = tokens
        self.words = words
        self.real = real
        self.story = story
        self.sizes = [sum(map(len, document)) for document in real]


def prepare(corpus, folder, vocabulary, story_count, context):
    """Tokenizer and pools, made once and kept in a folder: `(train, held)`."""
    path = os.path.join(folder, "pools.pickle")
    if not os.path.exists(path):
        documents = text.documents(corpus)
        random = random_module.Random(11)
        told = {False: stories.stories(random, story_count), True: stories.stories(random, 400, held=True)}
        source = NeedleSource(random)
        lessons = []
        for _ in range(story_count // 4):
            needle = source.draw()
            lessons.append(" " + " ".join(needle.texts()))
            lessons.append(f"\nQuestion: {needle.question}\nAnswer: " + "".join(piece for piece, _ in needle.answer))
        english = [" " + sentence for name, document in documents if not text.is_held(name)
                   for paragraph in document for sentence in paragraph]
        tale = [" " + sentence for sentences in told[False][: story_count // 4] for sentence in sentences]
        tokens = tokenizer.train([*english, *tale, *lessons], vocabulary)
        encode = lambda paragraphs: [np.array(tokens.encode(("\n" if i == 0 else " ") + sentence), np.int64)
                                     for paragraph in paragraphs for i, sentence in enumerate(paragraph)]
        pools = {}
        for held in (False, True):
            real = [encode(document) for name, document in documents if text.is_held(name) == held]
            pools[held] = (real, [encode([sentences]) for sentences in told[held]], () if held else common_words(english))
        tokens.save(folder, context)
        with open(path, "wb") as file:
            pickle.dump(pools, file)
    tokens = tokenizer.Tokenizer.load(folder)
    with open(path, "rb") as file:
        pools = pickle.load(file)
    return Pools(tokens, *pools[False]), Pools(tokens, *pools[True])


def common_words(sentences):
    """Lower-case words of four to ten letters that come three times or more, what is held excepted."""
    held = {*words.HELD_WORDS, *(word for values in words.HELD_FAVORITES.values() for word in values)}
    counts = collections.Counter(word for sentence in sentences for word in re.findall(r"\b[a-z]{4,10}\b", sentence))
    return sorted(word for word, count in counts.items() if count >= 3 and word not in held)


class Sequences:
    """Draws sequences.

    :param pools: train or held pools
    :param random: a `random.Random`
    :param first_token: whether sequences begin with the first token
    """

    def __init__(self, pools, random, held=False, first_token=True):
        self.pools = pools
        self.random = random
        self.tokens = pools.tokens
        self.needles = NeedleSource(random, held, pools.words)
        self.start = [tokenizer.BOS] if first_token else []

    def haystack(self, count, kind=None):
        """Sentences of at least `count` tokens: `(sentences, weight)`."""
        random = self.random
        kind = kind or random.choices(("real", "story", "mixed", "words"), (56, 32, 8, 4))[0]
        found, total = [], 0
        if kind == "words":
            while total < count:
                line = " " + " ".join(self.needles.word() for _ in range(random.randint(5, 14))) + "."
                found.append(np.array(self.tokens.encode(line), np.int64))
                total += len(found[-1])
            return found, RANDOM_WORD
        while total < count:
            if kind == "real" or (kind == "mixed" and random.random() < 0.5):
                document = random.choices(self.pools.real, self.pools.sizes)[0]
                begin = random.randrange(max(1, len(document) - 10))
                part = document[begin:begin + (random.randint(20, 200) if kind == "real" else random.randint(4, 20))]
            else:
                part = random.choice(self.pools.story)
            for sentence in part:
                found.append(sentence)
                total += len(sentence)
                if total >= count:
                    break
        return found, TEXT

    def encoded(self, parts, plain, value):
        """Ids and weights of pieces."""
        ids, weights = [], []
        for piece, is_value in parts:
            encoded = self.tokens.encode(piece)
            ids += encoded
            weights += [value if is_value else plain] * len(encoded)
        return ids, weights

    def question(self, needle):
        """Ids and weights of a question with its answer; the end token follows the answer."""
        ask, weights = self.encoded([(f"\nQuestion: {needle.question}\nAnswer:", False)], QUESTION, QUESTION)
        ids, more = self.encoded(led(needle.answer), ANSWER, ANSWER_VALUE)
        return ask + ids + [tokenizer.EOS], weights + more + [ANSWER]

    def text(self, length):
        found, weight = self.haystack(length)
        ids = np.concatenate(found)
        if self.tokens.decode(ids[:1].tolist()) == "\n":
            ids = ids[1:]
        ids = self.start + ids.tolist()
        weights = [0.0] * len(self.start) + [weight] * (len(ids) - len(self.start))
        return ids, weights, []

    def needle_sequence(self, length):
        """A haystack with needles, then questions about most of them."""
        random = self.random
        share = random.uniform(0.2, 0.5) * min(1.0, (700 / length) ** 0.4)
        room = max(90, int(length * share))
        draw = self.needles.similar() if random.random() < 0.35 else self.needles.draw
        chosen, asked, keys, used, tries = [], [], set(), 0, 0
        # Some sequences ask one question only, as the app does.
        most = 1 if random.random() < 0.1 and length <= 1024 else 10**6
        while tries < 400 and len(asked) < most:
            tries += 1
            needle = draw()
            if needle.key in keys:
                draw = self.needles.draw if tries > 100 else draw
                continue
            ids, weights = self.question(needle)
            if used + len(ids) > room:
                break
            keys.add(needle.key)
            chosen.append(needle)
            asked.append((ids, weights))
            used += len(ids)
        for _ in range(random.choice((0, 0, 1, 2, 4)) if length > 200 else random.choice((0, 0, 1))):
            needle = draw()
            if needle.key not in keys:
                keys.add(needle.key)
                chosen.append(needle)
        random.shuffle(asked)
        hidden = [[self.encoded(led(fact), FACT, FACT_VALUE) for fact in needle.facts] for needle in chosen]
        taken = used + sum(len(ids) for facts in hidden for ids, _ in facts) + len(self.start)
        found, weight = self.haystack(max(1, length + 1 - taken))
        return self.merge(length, found, weight, chosen, hidden, asked, max(0, length + 1 - taken))

    def merge(self, length, found, weight, chosen, hidden, asked, left):
        """Puts facts between sentences at random, facts of one needle in their order."""
        random = self.random
        order = [i for i, facts in enumerate(hidden) for _ in facts]
        random.shuffle(order)
        queues = [list(range(len(facts))) for facts in hidden]
        for queue, needle in zip(queues, chosen):
            if not needle.ordered:
                random.shuffle(queue)
        facts = [hidden[i][queues[i].pop(0)] for i in order]
        slots = sorted(random.randrange(len(found) + 1) for _ in facts)
        ids, weights, bounds = list(self.start), [0.0] * len(self.start), []
        for place in range(len(found) + 1):
            while slots and slots[0] == place:
                slots.pop(0)
                fact, more = facts.pop(0)
                bounds.append(len(ids))
                ids += fact
                weights += more
            if place < len(found):
                sentence = found[place][:left].tolist()
                left -= len(sentence)
                bounds.append(len(ids))
                ids += sentence
                weights += [weight] * len(sentence)
        for ask, more in asked:
            bounds.append(len(ids))
            ids += ask
            weights += more
        return ids, weights, bounds

    def repeats(self, length):
        """Random patterns that come again: as shuffled key-value pairs, or from a random place in them."""
        random = self.random
        draw = lambda: random.randrange(3, len(self.tokens.pieces))
        ids, weights, bounds = list(self.start), [0.0] * len(self.start), []
        if random.random() < 0.6:
            pairs = [(draw(), [draw() for _ in range(random.choice((1, 1, 1, 2, 3)))])
                     for _ in range(random.randint(2, max(4, min(24, length // 16))))]
            seen = set()
            while len(ids) < length + 1:
                key, value = random.choice(pairs)
                bounds.append(len(ids))
                ids += [key, *value]
                weights += [0.0] + [REPEAT if key in seen else 0.0] * len(value)
                seen.add(key)
        else:
            count = random.randint(4, max(14, min(60, length // 8)))
            pattern = [draw() for _ in range(count)]
            if random.random() < 0.3:
                pattern = np.concatenate(self.haystack(count)[0])[:count].tolist()
            ids += pattern
            weights += [0.0] * len(pattern)
            while len(ids) < length + 1:
                bounds.append(len(ids))
                begin = 0 if random.random() < 0.4 else random.randrange(len(pattern) - 2)
                ids += pattern[begin:]
                weights += [0.0, 0.0] + [REPEAT] * (len(pattern) - begin - 2)
        return ids, weights, bounds

    def draw(self, length, mix, skip):
        """`(ids, weights, positions)` of length + 1, + 1 and + 0."""
        kind = self.random.choices(list(mix), list(mix.values()))[0]
        make = {"repeats": self.repeats, "text": self.text, "needles": self.needle_sequence}[kind]
        ids, weights, bounds = make(length)
        missing = length + 1 - len(ids)
        ids = (ids + [tokenizer.EOS] * missing)[: length + 1]
        weights = (weights + [0.0] * missing)[: length + 1]
        positions = np.arange(length)
        bounds = [bound for bound in bounds if len(self.start) < bound < length]
        if bounds and self.random.random() < skip:
            self.skip(positions, bounds)
        return np.array(ids, np.int64), np.array(weights, np.float32), positions

    def skip(self, positions, bounds):
        """Jumps in the positions at some sentence ends, so that short sequences teach long distances."""
        random = self.random
        room = FARTHEST - len(positions)
        if room < 64:
            return
        total = int(np.exp(random.uniform(np.log(64), np.log(room))))
        cuts = random.sample(bounds, min(len(bounds), random.choice((1, 1, 2, 3, 4))))
        parts = [random.random() + 0.05 for _ in cuts]
        for cut, part in zip(cuts, parts):
            positions[cut:] += int(total * part / sum(parts))

    def batch(self, count, length, mix, skip):
        """Arrays `[count, length + 1]`, `[count, length + 1]`, `[count, length]`."""
        return tuple(np.stack(arrays) for arrays in zip(*(self.draw(length, mix, skip) for _ in range(count))))


def led(parts):
    """The pieces of a sentence with a space before it."""
    (first, is_value), *rest = parts
    return [(" " + first, is_value), *rest]


def app_prompt(sequences, needles, depths, length, kind, asked=0):
    """Ids of a prompt exactly as the app builds it: facts at depths in percent of the haystack's tokens.

    :param needles: facts of the first `asked + 1`-th needle are what is asked; others distract
    :param depths: for each needle a list of depths, one a fact
    """
    encode = sequences.tokens.encode
    question = encode(f"\nQuestion: {needles[asked].question}\nAnswer:")
    facts = sorted(((depth, i, encode(" " + fact)) for i, (needle, places) in enumerate(zip(needles, depths))
                    for depth, fact in zip(places, needle.texts())), key=lambda fact: fact[0])
    room = length - len(sequences.start) - len(question) - sum(len(ids) for _, _, ids in facts)
    found, _ = sequences.haystack(room, kind)
    lines, left = [], room
    for sentence in found:
        lines.append(sentence[:left].tolist())
        left -= len(lines[-1])
    ends = np.cumsum([0] + [len(line) for line in lines])
    ids, spans, line = list(sequences.start), [], 0
    for depth, i, fact in facts:
        token = int(room * depth / 100)
        while line < len(lines) and (depth == 100 or ends[line + 1] <= token):
            ids += lines[line]
            line += 1
        spans.append((i, len(ids), len(ids) + len(fact)))
        ids += fact
    for rest in lines[line:]:
        ids += rest
    return ids + question, spans


def held_needle(source, kind):
    """A needle for evaluation; `form` is a sentence form that training never sees."""
    if kind == "form":
        return source.sentence(source.random.choice(HELD_SENTENCES))
    return getattr(source, kind)()
