"""What is measured along the run, always on the same held texts and prompts."""
import random

import torch
import torch.nn.functional as F

from . import sequences


def weights_of(q, k, window=None, sinks=0):
    """Attention weights `[batch, heads, tokens, keys]` of a whole prompt.

    :param window: how many keys a row sees, itself and `sinks` first ones included; all keys by default
    """
    batch, kv_heads, tokens, group, _ = q.shape
    scores = torch.einsum("bktgd,bksd->bkgts", q, k)
    row, key = torch.arange(tokens)[:, None], torch.arange(tokens)[None]
    hidden = key > row
    if window:
        hidden = hidden | ((row - key >= window - sinks) & (key >= sinks))
    scores.masked_fill_(hidden, -1e30)
    return torch.softmax(scores, -1).view(batch, kv_heads * group, tokens, tokens)


def outputs_of(weights, v):
    """Heads' outputs `[batch, heads, tokens, size]`."""
    return weights @ v.repeat_interleave(weights.shape[1] // v.shape[1], 1)


class Watch:
    """A `watch` for `Model.forward` that keeps what `look(layer, weights)` returns, by layer.

    :param without: heads `(layer, head)` whose outputs are set to zero
    """

    def __init__(self, look=None, window=None, sinks=0, without=()):
        self.look, self.window, self.sinks, self.without = look, window, sinks, without
        self.seen = {}

    def __call__(self, layer, q, k, v):
        weights = weights_of(q, k, self.window, self.sinks)
        if self.look:
            self.seen[layer] = self.look(layer, weights)
        out = outputs_of(weights, v)
        for at, head in self.without:
            if at == layer:
                out[:, head] = 0
        return out


def positions_of(ids):
    return torch.arange(ids.shape[1], device=ids.device).expand(ids.shape)


class Probes:
    """:param held: the held pools"""

    def __init__(self, held, first_token=True):
        source = random.Random(99)
        draw = sequences.Sequences(held, source, held=True, first_token=first_token)
        fixed = lambda count, make: [make() for _ in range(count)]
        self.pairs = self.stack(fixed(64, lambda: self.pair_sequence(draw)))
        text = lambda kind: torch.tensor([
            (draw.start + [int(i) for sentence in draw.haystack(512, kind)[0] for i in sentence])[:512] for _ in range(2)])
        self.text = {"real": text("real"), "story": text("story")}
        self.prompts = {length: [self.prompt(draw, length, i) for i in range(count)]
                        for length, count in ((256, 16), (1024, 12), (4096, 6))}

    @staticmethod
    def stack(rows):
        ids, weights = zip(*rows)
        return torch.tensor(ids), torch.tensor(weights)

    @staticmethod
    def pair_sequence(draw):
        while True:
            ids, weights, _ = draw.repeats(64)
            if len(set(ids[:6])) == 6:
                return ids[:65], weights[:65]

    @staticmethod
    def prompt(draw, length, number):
        """A prompt with its right answer: ids, spans of needle, and the first of the answer's tokens."""
        kinds = ("code", "magic", "favorite", "passphrase", "owner", "place", "best", "form")
        needle = sequences.held_needle(draw.needles, kinds[number % len(kinds)])
        depth = (number * 37) % 100
        ids, spans = sequences.app_prompt(draw, [needle], [[depth]], length, ("real", "story")[number // 2 % 2])
        ask, weights = draw.question(needle)
        answer = ask[len(draw.tokens.encode(f"\nQuestion: {needle.question}\nAnswer:")):]
        begin = len(ask) - len(answer)
        value = [len(ids) + i for i, weight in enumerate(weights[begin:]) if weight == sequences.ANSWER_VALUE]
        return torch.tensor([ids + answer]), spans[0][1:], value

    @torch.no_grad()
    def repeat_accuracy(self, model):
        """Share of right greedy tokens where a pattern came before."""
        ids, weights = (tensor.to(next(model.parameters()).device) for tensor in self.pairs)
        guess = model.logits(model(ids[:, :-1], positions_of(ids[:, :-1]))).argmax(-1)
        known = weights[:, 1:] > 0
        return (guess == ids[:, 1:])[known].float().mean().item()

    @torch.no_grad()
    def needles(self, model, length):
        """Share of prompts whose values are greedily right, given the answer up to each token."""
        right = 0
        device = next(model.parameters()).device
        for ids, _, value in self.prompts[length]:
            ids = ids.to(device)
            guess = model.logits(model(ids, positions_of(ids))[0]).argmax(-1)
            right += all(guess[i - 1] == ids[0, i] for i in value)
        return right / len(self.prompts[length])

    @torch.no_grad()
    def heads(self, model):
        """Per layer and head: sink, previous-token and retrieval scores."""
        on_cpu = next(model.parameters()).device.type == "cpu"
        if not on_cpu:
            model = to_cpu(model)
        sinks, before = [], []
        for ids in self.text.values():
            watch = Watch(lambda _, w: (w[:, :, 1:, 0].mean((0, 2)), w.diagonal(-1, 2, 3)[..., 8:].mean((0, 2))))
            model(ids, positions_of(ids), watch=watch)
            seen = [watch.seen.get(layer, (torch.zeros(model.shape.heads),) * 2) for layer in range(model.shape.layers)]
            sinks.append(torch.stack([sink for sink, _ in seen]))
            before.append(torch.stack([previous for _, previous in seen]))
        return {"sink": rounded(sum(sinks) / len(sinks)), "previous": rounded(sum(before) / len(before)),
                "retrieval": rounded(self.retrieval(model))}

    def retrieval(self, model):
        """Share of the values' tokens whose strongest key is the same token in the needle, `[layers, heads]`."""
        hits, count = 0, 0
        for ids, (begin, end), value in self.prompts[256]:
            watch = Watch(lambda _, w: w[0, :, [i - 1 for i in value]].argmax(-1))
            model(ids, positions_of(ids), watch=watch)
            top = torch.stack([watch.seen.get(layer, torch.zeros(model.shape.heads, len(value), dtype=torch.long))
                               for layer in range(model.shape.layers)])
            same = ids[0][top] == ids[0, value]
            hits = hits + ((top >= begin) & (top < end) & same).sum(-1)
            count += len(value)
        return hits / count

    @torch.no_grad()
    def windows(self, model, window=128):
        """Perplexity after the first token left a window: full, with four sinks, without."""
        if next(model.parameters()).device.type != "cpu":
            model = to_cpu(model)
        found = {}
        for kind, ids in self.text.items():
            for name, watch in (("full", Watch()), ("sinks", Watch(window=window, sinks=4)), ("none", Watch(window=window))):
                logits = model.logits(model(ids[:, :-1], positions_of(ids[:, :-1]), watch=watch))
                lost = F.cross_entropy(logits[:, window:].flatten(0, 1), ids[:, window + 1:].flatten())
                found[f"{kind} {name}"] = round(lost.exp().item(), 3)
        return found


def to_cpu(model):
    from .model import Model

    copy = Model(model.shape)
    copy.load_state_dict({name: tensor.float().cpu() for name, tensor in model.state_dict().items()})
    copy.held = model.held
    return copy


def rounded(table):
    return [[round(value, 3) for value in row] for row in table.tolist()]


