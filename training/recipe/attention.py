"""Causal attention of grouped heads, fast on one CPU core and on a GPU."""
import math

import torch
import torch.nn.functional as F

#: Up to this many tokens all weights of a head are computed at once.
SHORT = 256
#: Weights in one tile: small enough for a core's own cache.
TILE = 1 << 19
#: About so many queries of a sequence are looked at for the highest scores.
QUERIES = 64
_masks = {}


def attend(q, k, v, rule="softmax", half=False):
    """Heads' outputs `[batch, heads, tokens, size]`.

    :param q: `[batch, kv heads, tokens, group, size]`, already scaled
    :param k: `[batch, kv heads, keys, size]`; the queries are the last of the keys' tokens
    :param half: on a CPU, multiply in bfloat16 wherever the scores themselves do not depend on it
    """
    batch, kv_heads, tokens, group, size = q.shape
    keys = k.shape[2]
    if rule == "softmax" and q.is_cuda and tokens == keys and hasattr(F, "scaled_dot_product_attention"):
        heads = q.permute(0, 1, 3, 2, 4).reshape(batch, kv_heads * group, tokens, size)
        wide = lambda x: x.repeat_interleave(group, 1)
        # The kernel scales; the queries are scaled already.
        return F.scaled_dot_product_attention(heads * math.sqrt(size), wide(k), wide(v), is_causal=True)
    rows = q.reshape(batch * kv_heads, tokens * group, size)
    k, v = k.reshape(batch * kv_heads, keys, size), v.reshape(batch * kv_heads, keys, size)
    if rule != "softmax" or keys <= SHORT:
        scores = torch.bmm(rows, k.transpose(1, 2)) + causal(tokens, keys, group).to(rows)
        out = torch.bmm(weights_of(scores, keys, rule), v)
    else:
        out = Tiled.apply(rows, k, v, group, half)
    return out.view(batch, kv_heads, tokens, group, size).transpose(2, 3).reshape(batch, kv_heads * group, tokens, size)


@torch.no_grad()
def highest_scores(q, k):
    """Largest absolute scores `[heads]` of the first sequence, by a sample of its queries, the last among them."""
    queries = q[0, :, torch.arange(q.shape[2] - 1, -1, -max(1, q.shape[2] // QUERIES), device=q.device)]
    scores = torch.einsum("ktgd,ksd->kgts", queries, k[0])
    # Keys after a query are looked at too: whoever comes later may look back at them.
    return scores.abs().amax((2, 3)).flatten()


def weights_of(scores, keys, rule):
    if rule == "sigmoid":
        # The bias of -ln(keys) makes the weights of a row begin near a sum of one.
        return torch.sigmoid(scores - math.log(keys))
    return torch.softmax(scores, -1)


def causal(tokens, keys, group):
    """0 where a row may look and -1e30 elsewhere, `[tokens * group, keys]`."""
    if (tokens, keys, group) not in _masks:
        if len(_masks) > 64:
            _masks.clear()
        mask = torch.full((tokens, keys), -1e30).triu_(1 + keys - tokens)
        _masks[tokens, keys, group] = mask.repeat_interleave(group, 0).contiguous()
    return _masks[tokens, keys, group]


def tiles(tokens, keys, group):
    """Ranges of tokens whose weights fit into one tile."""
    begin = 0
    while begin < tokens:
        seen = keys - tokens + begin
        count = max(16, min(256, int(TILE / group / (seen + 128))))
        yield begin, min(tokens, begin + count)
        begin += count


def largest(tokens, keys, group):
    """Weights in the largest tile."""
    return max((end - begin) * group * (keys - tokens + end) for begin, end in tiles(tokens, keys, group))


class Tiled(torch.autograd.Function):
    """Softmax attention tile by tile; the backward pass computes the weights again from each row's log-sum-exp."""

    @staticmethod
    def forward(ctx, q, k, v, group, half):
        heads, rows, _ = q.shape
        keys, tokens = k.shape[1], rows // group
        out = torch.empty_like(q)
        sums = torch.empty(heads, rows, 1)
        buffer = torch.empty(largest(tokens, keys, group))
        before = keys - tokens
        values = v.bfloat16() if half else v
        for head in range(heads):
            for begin, end in tiles(tokens, keys, group):
                part, seen = slice(begin * group, end * group), before + end
                scores = tile(buffer, (end - begin) * group, seen)
                torch.mm(q[head, part], k[head, :seen].t(), out=scores)
                scores[:, before + begin:].add_(causal(end - begin, end - begin, group))
                top = scores.amax(-1, keepdim=True)
                scores.sub_(top).exp_()
                total = scores.sum(-1, keepdim=True)
                torch.div(torch.mm(scores.to(values.dtype), values[head, :seen]), total, out=out[head, part])
                torch.add(top, total.log_(), out=sums[head, part])
        ctx.save_for_backward(q, k, v, out, sums)
        ctx.group, ctx.half = group, half
        return out

    @staticmethod
    def backward(ctx, slope):
        q, k, v, out, sums = ctx.saved_tensors
        group, slope = ctx.group, slope.contiguous()
        heads, rows, _ = q.shape
        keys, tokens = k.shape[1], rows // group
        before = keys - tokens
        dq, dk, dv = torch.empty_like(q), torch.zeros_like(k), torch.zeros_like(v)
        mean = (slope * out).sum(-1, keepdim=True)
        kind = torch.bfloat16 if ctx.half else torch.float32
        slopes, queries, all_keys, values = (tensor.to(kind) for tensor in (slope, q, k, v))
        buffer = torch.empty(largest(tokens, keys, group))
        for head in range(heads):
            for begin, end in tiles(tokens, keys, group):
                part, seen = slice(begin * group, end * group), before + end
                weights = tile(buffer, (end - begin) * group, seen)
                torch.mm(q[head, part], k[head, :seen].t(), out=weights)
                weights[:, before + begin:].add_(causal(end - begin, end - begin, group))
                weights.sub_(sums[head, part]).exp_()
                dv[head, :seen] += torch.mm(weights.to(kind).t(), slopes[head, part])
                change = torch.mm(slopes[head, part], values[head, :seen].t()).float()
                change = change.sub_(mean[head, part]).mul_(weights).to(kind)
                dq[head, part] = torch.mm(change, all_keys[head, :seen])
                dk[head, :seen] += torch.mm(change.t(), queries[head, part])
        return dq, dk, dv, None, None


def tile(buffer, rows, columns):
    return buffer[: rows * columns].view(rows, columns)
