"""Muon for the matrices inside the layers, Adam for embeddings and gains; the work is shared by the workers."""
import torch


def orthogonal(matrix, steps=5):
    """About the nearest orthogonal matrix, by Newton-Schulz steps (K. Jordan's coefficients)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrix / (matrix.norm() + 1e-7)
    turned = x.shape[0] > x.shape[1]
    if turned:
        x = x.t()
    for _ in range(steps):
        square = x @ x.t()
        x = a * x + (b * square + c * square @ square) @ x
    return x.t() if turned else x


class Optimizer:
    """:param parameters: all parameters by name, shared by the workers
    :param share: number of this worker and of all workers; each updates every n-th parameter
    """

    def __init__(self, parameters, settings, share=(0, 1)):
        self.parameters = parameters
        self.settings = settings
        self.first = {name: torch.zeros_like(p.data) for name, p in parameters.items()}
        self.second = {name: torch.zeros_like(p.data) for name, p in parameters.items() if not self.by_muon(name)}
        # The largest are dealt out first, the embedding apart from the rest of Adam's.
        names = sorted(parameters, key=lambda name: (self.by_muon(name), -parameters[name].numel(), name))
        self.mine = names[share[0]::share[1]]

    def by_muon(self, name):
        return self.parameters[name].dim() == 2 and "embed" not in name

    def share_memory(self):
        for tensor in [*self.first.values(), *self.second.values()]:
            tensor.share_memory_()

    def state(self):
        return {"first": self.first, "second": self.second}

    def load(self, state):
        for key in ("first", "second"):
            for name, tensor in getattr(self, key).items():
                tensor.copy_(state[key][name])

    @torch.no_grad()
    def step(self, gradients, rate, count, resting=()):
        """:param gradients: by name, means over the workers
        :param rate: factor of the learning rates
        :param count: steps done, this one included
        :param resting: beginnings of names that stay as they are
        """
        muon, adam = self.settings["muon"], self.settings["adam"]
        for name in self.mine:
            if name.startswith(tuple(resting)):
                continue
            weights, gradient, momentum = self.parameters[name], gradients[name], self.first[name]
            if self.by_muon(name):
                momentum.lerp_(gradient, 1 - muon["momentum"])
                update = orthogonal(gradient.lerp(momentum, muon["momentum"]))
                speed = rate * muon["rate"]
                if name.endswith(("q_proj.weight", "k_proj.weight")):
                    speed *= muon["query_key"]
                weights.mul_(1 - speed * muon["decay"])
                weights.add_(update, alpha=-speed * max(1, weights.shape[0] / weights.shape[1]) ** 0.5)
            else:
                first, second = adam["betas"]
                momentum.lerp_(gradient, 1 - first)
                self.second[name].mul_(second).addcmul_(gradient, gradient, value=1 - second)
                size = (self.second[name] / (1 - second**count)).sqrt_().add_(1e-9)
                weights.addcdiv_(momentum / (1 - first**count), size, value=-rate * adam["rate"])
