"""All figures of the model card, from the exported weights.

Prompts are built as the app builds them, with people, cities, words, values and texts that training never saw. An
answer is right when its first line names the values as whole words. Every finished part is stored at once, so that
an evaluation that was stopped goes on.
"""
import json
import os
import random
import re
import time

import torch
import torch.nn.functional as F

from . import sequences, tokenizer
from .probes import Watch, positions_of

DEPTHS = (0, 25, 50, 75, 100)
SINGLE = ("code", "magic", "favorite", "passphrase", "owner", "place", "best", "form")
#: Prompts of each cell of length and depth.
PROMPTS = {256: 50, 512: 50, 1024: 50, 2048: 50, 4096: 20, 8192: 10, 16352: 4}
#: Tasks apart from the grid: name, length, prompts.
TASKS = (("distractors 4", 1024, 60), ("passphrase", 512, 60), ("chain 2", 512, 60), ("chain 3", 512, 60), ("list 2", 512, 60),
         ("list 3", 512, 60), ("distractors 4", 512, 60), ("held form", 512, 60), ("chain 2", 1024, 60), ("list 3", 1024, 60),
         ("distractors 4", 4096, 20))
#: How often other heads are drawn to be removed.
DRAWS = 10


class Evaluation:
    """:param model: in float32
    :param held: held pools
    :param path: where results are kept
    :param minutes: after these nothing new is begun
    :param first_token: whether texts begin with the first token
    """

    def __init__(self, model, held, path, minutes=None, first_token=True):
        self.model, self.held, self.path, self.first_token = model, held, path, first_token
        self.end = time.time() + 60 * minutes if minutes else None
        self.results = {}
        if os.path.exists(path):
            with open(path, encoding="utf8") as file:
                self.results = json.load(file)

    def run(self):
        # The short parts first; each takes up where it stopped.
        parts = [*((name, getattr(self, name)) for name in ("sinks", "perplexity", "windows", "loops", "retrieval")),
                 *((f"task {name} {length}", lambda n=name, l=length, c=count: self.task(n, l, c))
                   for name, length, count in TASKS),
                 ("ablation", self.ablation), ("layers", self.layers)]
        self.grid(lengths=[length for length in PROMPTS if length <= 4096], most=10)
        for name, measure in parts:
            if name not in self.results and not self.late():
                self.keep(name, measure())
        self.grid(lengths=PROMPTS, most=4)
        self.grid(lengths=PROMPTS, most=1000)
        return self.results

    def late(self):
        return self.end is not None and time.time() > self.end

    def keep(self, name, result):
        self.results[name] = result
        with open(self.path + ".part", "w", encoding="utf8") as file:
            json.dump(self.results, file)
        os.replace(self.path + ".part", self.path)
        print(name, json.dumps(result)[:200], flush=True)

    def drawer(self, *key):
        return sequences.Sequences(self.held, random.Random("/".join(map(str, key))), True, self.first_token)

    # Needles.

    def grid(self, lengths, most):
        """Single needles by length and depth, in rounds of a few prompts."""
        for length in lengths:
            for done in range(0, min(PROMPTS[length], most), 2):
                for depth in DEPTHS:
                    name = f"grid {length} {depth}"
                    records = self.results.get(name, [])
                    if len(records) > done or self.late():
                        continue
                    records = records + [self.single(length, depth, number) for number in (done, done + 1)]
                    self.keep(name, records)

    def single(self, length, depth, number):
        kind = SINGLE[(number + DEPTHS.index(depth)) % len(SINGLE)]
        draw = self.drawer("grid", length, depth, number)
        needle = sequences.held_needle(draw.needles, kind)
        ids, _ = sequences.app_prompt(draw, [needle], [[depth]], length, ("real", "story")[number // 2 % 2])
        return [kind, int(self.right(draw, ids, needle))]

    def task(self, name, length, count):
        return sum(self.task_prompt(name, length, number) for number in range(count)) / count, count

    def task_prompt(self, name, length, number):
        draw = self.drawer(name, length, number)
        source, kind = draw.needles, ("real", "story")[number % 2]
        depth = DEPTHS[number // 2 % 5]
        together = lambda needle: [depth + i * (100 - depth) / len(needle.facts) for i in range(len(needle.facts))]
        if name.startswith("distractors"):
            same = (lambda: source.code("secret code"), source.magic, source.passphrase)[number % 3]
            needles, keys = [], set()
            while len(needles) < 5:
                needle = same()
                if needle.key not in keys:
                    keys.add(needle.key)
                    needles.append(needle)
            depths = [[depth], *([source.random.random() * 100] for _ in needles[1:])]
        else:
            needle = {"passphrase": source.passphrase, "chain 2": lambda: source.chain(2, "forward"),
                      "chain 3": lambda: source.chain(3, "forward"), "list 2": lambda: source.list(2),
                      "list 3": lambda: source.list(3), "held form": lambda: sequences.held_needle(source, "form")}[name]()
            needles, depths = [needle], [together(needle)]
        ids, _ = sequences.app_prompt(draw, needles, depths, length, kind)
        return self.right(draw, ids, needles[0])

    @torch.no_grad()
    def right(self, draw, ids, needle):
        """Whether the greedy answer is right."""
        answer = self.answer_ids(draw, needle)
        # If each token of the answer to learn is the greedy one after those before it, it is what would be said.
        prompt = torch.tensor([ids + answer])
        caches = [[] for _ in range(self.model.shape.layers)]
        hidden = self.model(prompt, positions_of(prompt), caches)
        guess = self.model.logits(hidden[0, len(ids) - 1:]).argmax(-1).tolist()
        if guess[:len(answer)] == answer:
            return True
        caches = [[k[:, :, :len(ids)], v[:, :, :len(ids)]] for k, v in caches]
        said = self.go_on(caches, len(ids), guess[0], 56 if len(needle.values) > 2 else 40)
        line = next((line for line in draw.tokens.decode(said).splitlines() if line.strip()), "")
        needed = needle.values[-1:] if needle.last_decides else needle.values
        return all(re.search(r"(?<!\w)" + re.escape(value) + r"(?!\w)", line, re.I) for value in needed)

    @staticmethod
    def answer_ids(draw, needle):
        ask, _ = draw.question(needle)
        return ask[len(draw.tokens.encode(f"\nQuestion: {needle.question}\nAnswer:")):]

    @torch.no_grad()
    def go_on(self, caches, position, token, count):
        """Greedy tokens from `token` on, until the end token."""
        said = []
        while token != tokenizer.EOS and len(said) < count:
            said.append(token)
            hidden = self.model(torch.tensor([[token]]), torch.tensor([[position]]), caches)
            token = self.model.logits(hidden[0, -1]).argmax().item()
            position += 1
        return said

    # Text.

    def texts(self, kind, count, length):
        """Pieces of held text, the first token before each: `[count, length]`."""
        draw = self.drawer("text", kind)
        rows = []
        for _ in range(count):
            found, _ = draw.haystack(length, kind)
            rows.append((draw.start + [int(i) for sentence in found for i in sentence])[:length])
        return torch.tensor(rows)

    @torch.no_grad()
    def perplexity(self):
        found = {}
        for kind in ("real", "story"):
            losses = []
            for ids in self.texts(kind, 40, 1025).split(1):
                logits = self.model.logits(self.model(ids[:, :-1], positions_of(ids[:, :-1])))
                losses.append(F.cross_entropy(logits[0], ids[0, 1:]))
            found[kind] = torch.stack(losses).mean().exp().item()
        return found

    @torch.no_grad()
    def windows(self, window=256):
        """Perplexity of what follows after the first token left the window, by mask."""
        found = {}
        for kind in ("real", "story"):
            losses = {"full": [], "4 sinks": [], "1 sink": [], "no sink": []}
            for ids in self.texts(kind, 16, 769).split(1):
                for name, sinks in (("full", None), ("4 sinks", 4), ("1 sink", 1), ("no sink", 0)):
                    watch = Watch() if sinks is None else Watch(window=window, sinks=sinks)
                    logits = self.model.logits(self.model(ids[:, :-1], positions_of(ids[:, :-1]), watch=watch))
                    losses[name].append(F.cross_entropy(logits[0, window:], ids[0, window + 1:]))
            found[kind] = {name: torch.stack(values).mean().exp().item() for name, values in losses.items()}
        return found

    @torch.no_grad()
    def loops(self, length=200, again=24):
        """Greedy continuations in which a run of `again` tokens comes twice."""
        found = {}
        for kind in ("story", "real"):
            looped, first = 0, None
            for ids in self.texts(kind, 20, 60).split(1):
                caches = [[] for _ in range(self.model.shape.layers)]
                hidden = self.model(ids, positions_of(ids), caches)
                said = self.go_on(caches, ids.shape[1], self.model.logits(hidden[0, -1]).argmax().item(), length)
                runs = [tuple(said[i:i + again]) for i in range(len(said) - again + 1)]
                looped += len(set(runs)) < len(runs)
                first = first or self.held.tokens.decode(said)
            found[kind] = {"looped": looped, "of": 20, "first": first}
        return found

    # Heads.

    @torch.no_grad()
    def sinks(self):
        """Mean weight of the first token over the rows after it, `[layers][heads]`, by kind of text."""
        found = {}
        for kind in ("real", "story"):
            total = 0
            for ids in self.texts(kind, 8, 512).split(1):
                watch = Watch(lambda _, w: w[0, :, 1:, 0].mean(1))
                self.model(ids, positions_of(ids), watch=watch)
                total = total + torch.stack([watch.seen[layer] for layer in sorted(watch.seen)])
            found[kind] = (total / 8).tolist()
        return found

    def prompts(self, count, length=512):
        """Single needles with their right answers: `(ids, span of the needle, places of the value's tokens)`."""
        for number in range(count):
            draw = self.drawer("heads", length, number)
            needle = sequences.held_needle(draw.needles, SINGLE[number % len(SINGLE)])
            depth = draw.random.random() * 100
            ids, spans = sequences.app_prompt(draw, [needle], [[depth]], length, ("real", "story")[number % 2])
            answer, begin = self.answer_ids(draw, needle), len(ids)
            ask, weights = draw.question(needle)
            weights = weights[len(ask) - len(answer):]
            value = [begin + i for i, weight in enumerate(weights) if weight == sequences.ANSWER_VALUE]
            yield torch.tensor([ids + answer]), spans[0][1:], value

    def forced(self, ids, value, without=()):
        """Whether every token of the value is the greedy one, given the right answer before it."""
        hidden = self.model(ids, positions_of(ids), watch=Watch(without=without) if without else None)
        guess = self.model.logits(hidden[0]).argmax(-1)
        return all(guess[i - 1] == ids[0, i] for i in value)

    @torch.no_grad()
    def retrieval(self, count=64):
        """Share of the values' tokens at which a head's strongest key is that token in the needle (solved prompts)."""
        hits, tokens, solved = 0, 0, 0
        for ids, (begin, end), value in self.prompts(count):
            if not self.forced(ids, value):
                continue
            watch = Watch(lambda _, w: w[0, :, [i - 1 for i in value]].argmax(-1))
            self.model(ids, positions_of(ids), watch=watch)
            top = torch.stack([watch.seen[layer] for layer in sorted(watch.seen)])
            hits = hits + ((top >= begin) & (top < end) & (ids[0][top] == ids[0, value])).sum(-1)
            tokens += len(value)
            solved += 1
        return {"scores": (hits / max(1, tokens)).tolist() if solved else None, "solved": solved, "tokens": tokens}

    @torch.no_grad()
    def without(self, heads, count=50):
        """Share of prompts solved and perplexity of stories with heads set to zero."""
        heads = [tuple(head) for head in heads]
        solved = sum(self.forced(ids, value, heads) for ids, _, value in self.prompts(count)) / count
        losses = []
        for ids in self.texts("story", 8, 513).split(1):
            logits = self.model.logits(self.model(ids[:, :-1], positions_of(ids[:, :-1]), watch=Watch(without=heads)))
            losses.append(F.cross_entropy(logits[0], ids[0, 1:]))
        return {"heads": heads, "solved": solved, "story": torch.stack(losses).mean().exp().item()}

    def ablation(self):
        """The tenth of heads with the highest retrieval scores, and as many others drawn at random, several times: a
        few heads on which all others build may be among them."""
        scores = self.results["retrieval"]["scores"]
        if scores is None:
            return None
        ranked = sorted(((score, layer, head) for layer, row in enumerate(scores) for head, score in enumerate(row)),
                        reverse=True)
        count = max(1, round(len(ranked) / 10))
        heads = [(layer, head) for _, layer, head in ranked]
        dormant = [(layer, head) for score, layer, head in ranked[count:] if score < 0.1]
        draw = random.Random(5)
        found = {"none": self.without([]), "top tenth": self.without(heads[:count])}
        for i in range(DRAWS):
            found[f"random others {i + 1}"] = self.without(draw.sample(heads[count:], count))
        if len(dormant) >= count:
            for i in range(DRAWS):
                found[f"random with a score below 0.1 {i + 1}"] = self.without(draw.sample(dormant, count))
        return found

    def layers(self):
        """Whole layers set to zero."""
        shape = self.model.shape
        return {f"layer {layer}": self.without([(layer, head) for head in range(shape.heads)])
                for layer in range(shape.layers)}
