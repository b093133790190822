"""A small Llama in plain PyTorch; parameters have the names of Hugging Face's `LlamaForCausalLM`."""
import dataclasses

import torch
import torch.nn as nn
import torch.nn.functional as F

from .attention import attend, highest_scores


@dataclasses.dataclass
class Shape:
    """Sizes of a model and what its attention is."""

    vocabulary: int = 2048
    hidden: int = 192
    layers: int = 6
    heads: int = 6
    kv_heads: int = 3
    head_size: int = 32
    feed_forward: int = 512
    rope_theta: float = 1e8
    epsilon: float = 1e-5
    context: int = 16_384
    #: "softmax", or "sigmoid": weights that need not add up to one, so that no sink has to take what is left
    rule: str = "softmax"


#: Share of the residual stream from which on a head pays less for writing more.
KNEE = 0.05


class Normalise(torch.autograd.Function):
    """RMSNorm with fewer passes over memory than the chain of its operations."""

    @staticmethod
    def forward(ctx, x, gain, epsilon):
        inverse = torch.rsqrt(x.pow(2).mean(-1, keepdim=True).add_(epsilon))
        unit = x * inverse
        ctx.save_for_backward(unit, gain, inverse)
        return unit * gain

    @staticmethod
    def backward(ctx, slope):
        unit, gain, inverse = ctx.saved_tensors
        gain_slope = (slope * unit).flatten(0, -2).sum(0)
        slope = slope * gain
        mean = (slope * unit).mean(-1, keepdim=True)
        return slope.sub_(unit * mean).mul_(inverse), gain_slope, None


class GatedUnit(torch.autograd.Function):
    """silu(gate) * up, with a backward pass in place."""

    @staticmethod
    def forward(ctx, gate, up):
        share = torch.sigmoid(gate)
        ctx.save_for_backward(gate, up, share)
        return (gate * share).mul_(up)

    @staticmethod
    def backward(ctx, slope):
        gate, up, share = ctx.saved_tensors
        silu = gate * share
        up_slope = slope * silu
        return share.mul(1 + gate - silu).mul_(up).mul_(slope), up_slope


class HalfProduct(torch.autograd.Function):
    """A linear layer in bfloat16 with sums in float32, as mixed precision does on a GPU."""

    @staticmethod
    def forward(ctx, x, weight):
        rows, half = x.reshape(-1, x.shape[-1]).bfloat16(), weight.bfloat16()
        ctx.save_for_backward(rows, half)
        return torch.mm(rows, half.t()).float().view(*x.shape[:-1], -1)

    @staticmethod
    def backward(ctx, slope):
        rows, half = ctx.saved_tensors
        slopes = slope.reshape(-1, slope.shape[-1]).bfloat16()
        return torch.mm(slopes, half).float().view(*slope.shape[:-1], -1), torch.mm(slopes.t(), rows).float()


class Projection(nn.Linear):
    #: Set by the run: whether to multiply in bfloat16 on a CPU.
    half = False

    def forward(self, x):
        return HalfProduct.apply(x, self.weight) if Projection.half and x.device.type == "cpu" else super().forward(x)


class Norm(nn.Module):
    def __init__(self, size, epsilon):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.epsilon = epsilon

    def forward(self, x):
        return Normalise.apply(x, self.weight, self.epsilon)


def projection(outputs, inputs):
    return Projection(inputs, outputs, bias=False)


class Attention(nn.Module):
    #: Set by the run: whether what heads write is to be measured, and whether their scores are.
    priced = capped = False

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        #: Lengths of what the heads added in the last pass, `[batch, heads, tokens]`, where a run puts a price on it.
        self.written = None
        #: Highest scores of the last pass, `[heads]`, where a run caps them.
        self.highest = None
        self.q_proj = projection(shape.heads * shape.head_size, shape.hidden)
        self.k_proj = projection(shape.kv_heads * shape.head_size, shape.hidden)
        self.v_proj = projection(shape.kv_heads * shape.head_size, shape.hidden)
        self.o_proj = projection(shape.hidden, shape.heads * shape.head_size)

    def projected(self, x, rotation):
        """Queries `[batch, kv heads, tokens, heads a kv head, size]`, keys and values `[batch, kv heads, tokens, size]`."""
        shape = self.shape
        batch, tokens, _ = x.shape
        group = shape.heads // shape.kv_heads
        q = rotate(self.q_proj(x).view(batch, tokens, shape.heads, shape.head_size), rotation)
        k = rotate(self.k_proj(x).view(batch, tokens, shape.kv_heads, shape.head_size), rotation)
        v = self.v_proj(x).view(batch, tokens, shape.kv_heads, shape.head_size)
        q = (q * shape.head_size**-0.5).view(batch, tokens, shape.kv_heads, group, shape.head_size)
        return q.permute(0, 2, 1, 3, 4), k.transpose(1, 2), v.transpose(1, 2)

    def forward(self, x, rotation, cache=None, watch=None):
        """:param cache: keys and values of the tokens before, `None` or a list that is filled
        :param watch: called with q, k, v; what it returns, if anything, replaces the heads' outputs
        """
        q, k, v = self.projected(x, rotation)
        if cache is not None:
            if cache:
                k, v = torch.cat([cache[0], k], 2), torch.cat([cache[1], v], 2)
            cache[:] = [k, v]
        out = watch(q, k, v) if watch else None
        if out is None:
            out = attend(q, k, v, self.shape.rule, Projection.half)
        if Attention.priced:
            self.written = self.lengths(out)
        if Attention.capped:
            self.highest = highest_scores(q, k)
        out = out.transpose(1, 2).reshape(x.shape[0], x.shape[1], -1)
        return self.o_proj(out)


    def lengths(self, out):
        """Lengths of what each head adds to the residual stream, `[batch, heads, tokens]`.

        :param out: heads' outputs `[batch, heads, tokens, size]`
        """
        columns = self.o_proj.weight.view(-1, self.shape.heads, self.shape.head_size).transpose(0, 1)
        squares = columns.transpose(1, 2) @ columns
        return ((out @ squares) * out).sum(-1).clamp_min(0).add(1e-6).sqrt()

    @torch.no_grad()
    def cap(self, most):
        """Makes the queries and keys of heads shorter whose highest score was above `most`: QK-Clip of Kimi K2
        (arXiv 2507.20534). A head that pays for every leak would else sharpen its weights without end, until nothing
        can change them. Heads that share keys shorten them as the highest of them needs."""
        if self.highest is None:
            return
        shape = self.shape
        factor = (most / self.highest).clamp_max(1).sqrt()
        of_keys = factor.view(shape.kv_heads, -1).amin(1)
        for layer, factors in ((self.q_proj, factor), (self.k_proj, of_keys)):
            layer.weight.view(len(factors), shape.head_size, -1).mul_(factors[:, None, None])


class FeedForward(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.gate_proj = projection(shape.feed_forward, shape.hidden)
        self.up_proj = projection(shape.feed_forward, shape.hidden)
        self.down_proj = projection(shape.hidden, shape.feed_forward)

    def forward(self, x):
        return self.down_proj(GatedUnit.apply(self.gate_proj(x), self.up_proj(x)))


class Layer(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.self_attn = Attention(shape)
        self.mlp = FeedForward(shape)
        self.input_layernorm = Norm(shape.hidden, shape.epsilon)
        self.post_attention_layernorm = Norm(shape.hidden, shape.epsilon)


class Body(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.embed_tokens = nn.Embedding(shape.vocabulary, shape.hidden)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.norm = Norm(shape.hidden, shape.epsilon)


class Model(nn.Module):
    """:param seed: of the random weights"""

    def __init__(self, shape, seed=0):
        super().__init__()
        self.shape = shape
        self.model = Body(shape)
        #: Mean over tokens of what the heads add, summed, as shares of the residual stream, where a run asks for it.
        self.written = 0
        #: While it is held, the attention of layer 0 adds nothing and learns nothing.
        self.held = False
        self.draw(seed)

    @torch.no_grad()
    def draw(self, seed):
        """Gaussian weights. All embeddings share one random offset, as a bias would give them; what writes into the
        residual stream begins small, in layer 0's attention with zero, so that its release is no jolt."""
        random = torch.Generator().manual_seed(seed)
        for name, weights in self.named_parameters():
            if weights.dim() == 2:
                weights.normal_(0, weights.shape[1] ** -0.5, generator=random)
            if name.endswith(("o_proj.weight", "down_proj.weight")):
                weights.mul_(0.25)
        embedding = self.model.embed_tokens.weight
        embedding.normal_(0, 0.1, generator=random)
        embedding.add_(torch.randn(self.shape.hidden, generator=random) * 0.05)
        self.model.layers[0].self_attn.o_proj.weight.zero_()

    def forward(self, ids, positions, caches=None, watch=None):
        """Last hidden states `[batch, tokens, hidden]`.

        :param positions: `[batch, tokens]`
        :param caches: one list a layer
        :param watch: called with layer, q, k, v; see `Attention.forward`
        """
        x = self.model.embed_tokens(ids)
        rotation = self.rotation(positions)
        self.written = 0
        for number, layer in enumerate(self.model.layers):
            if not (number == 0 and self.held):
                see = None if watch is None else lambda q, k, v, at=number: watch(at, q, k, v)
                added = layer.self_attn(layer.input_layernorm(x), rotation, caches[number] if caches else None, see)
                if layer.self_attn.written is not None:
                    share = layer.self_attn.written / x.detach().norm(dim=-1)[:, None]
                    self.written = self.written + torch.log1p(share / KNEE).mul(KNEE).sum(1).mean()
                x = x + added
            x = x + layer.mlp(layer.post_attention_layernorm(x))
        return self.model.norm(x)

    def logits(self, hidden):
        return F.linear(hidden, self.model.embed_tokens.weight)

    def rotation(self, positions):
        """cos and sin `[batch, tokens, 1, head size]` of RoPE."""
        size = self.shape.head_size
        steps = torch.arange(0, size, 2, dtype=torch.float64, device=positions.device) / size
        angles = positions[..., None].double() * self.shape.rope_theta**-steps
        angles = torch.cat([angles, angles], -1)[:, :, None]
        return angles.cos().to(self.dtype()), angles.sin().to(self.dtype())

    def dtype(self):
        return self.model.embed_tokens.weight.dtype


def rotate(x, rotation):
    """RoPE in Hugging Face's layout: component i turns with component i + size/2."""
    cos, sin = rotation
    half = x.shape[-1] // 2
    return x * cos + torch.cat([-x[..., half:], x[..., :half]], -1) * sin


def weighted_loss(model, hidden, targets, weights):
    """Weighted mean of the surprisals; tokens without weight do not pass the output layer.

    :return: loss, surprisals, whether the greedy token is right, and the indices of the tokens that have weight
    """
    chosen = (weights.flatten() > 0).nonzero().squeeze(1)
    logits = model.logits(hidden.flatten(0, 1).index_select(0, chosen)).float()
    target = targets.flatten()[chosen]
    surprisal = F.cross_entropy(logits, target, reduction="none")
    weight = weights.flatten()[chosen]
    loss = (surprisal * weight).sum() / weight.sum()
    return loss, surprisal.detach(), logits.detach().argmax(-1) == target, chosen
