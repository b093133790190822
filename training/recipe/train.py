"""The run: workers that share weights and gradients, a log of JSON lines, checkpoints that a run goes on from."""
import json
import multiprocessing
import os
import random
import time

import numpy as np
import torch

from . import schedule
from .model import Attention, Model, Projection, Shape, weighted_loss
from .optimizer import Optimizer
from .probes import Probes
from .sequences import ANSWER_VALUE, REPEAT, Sequences, TEXT, prepare


def run(config, corpus, folder):
    """Trains until the budget is used, from the folder's checkpoint where it has one."""
    os.makedirs(folder, exist_ok=True)
    torch.set_num_threads(1)
    pools, held = prepare(corpus, os.path.join(folder, "data"), config["shape"]["vocabulary"], config["stories"],
                          config["shape"]["context"])
    shared = Shared(config, folder)
    count = config["workers"]
    if count == 1:
        work(shared, 0, pools, held)
        return
    context = multiprocessing.get_context("fork")
    shared.barrier = context.Barrier(count)
    workers = [context.Process(target=work, args=(shared, n, pools, held)) for n in range(count)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise SystemExit("a worker failed")


def work(shared, number, pools, held):
    try:
        Worker(shared, number, pools, held).run()
    except BaseException:
        # The others would wait for ever.
        if shared.barrier:
            shared.barrier.abort()
        raise


class Shared:
    """What the workers share, and what a checkpoint keeps."""

    def __init__(self, config, folder):
        self.config, self.folder = config, folder
        self.device = config.get("device", "cpu")
        Projection.half = bool(config.get("bfloat16"))
        Attention.priced = bool(config.get("price"))
        self.model = Model(Shape(**config["shape"]), config["seed"]).to(self.device)
        self.parameters = dict(self.model.named_parameters())
        self.optimizers = [Optimizer(self.parameters, config, (n, config["workers"])) for n in range(config["workers"])]
        for other in self.optimizers[1:]:
            other.first, other.second = self.optimizers[0].first, self.optimizers[0].second
        #: steps, tokens, seconds, held (1 or 0), steps at the release, tokens at the release
        self.state = torch.zeros(6, dtype=torch.float64)
        self.state[3] = 1
        self.barrier = None
        self.resume()
        if config["workers"] > 1:
            self.model.share_memory()
            self.optimizers[0].share_memory()
            self.state.share_memory_()
        self.gradients = [{name: torch.zeros_like(p.data) for name, p in self.parameters.items()}
                          for _ in range(config["workers"])] if config["workers"] > 1 else []
        for gradients in self.gradients:
            for tensor in gradients.values():
                tensor.share_memory_()

    @property
    def path(self):
        return os.path.join(self.folder, "checkpoint.pt")

    def resume(self):
        if not os.path.exists(self.path):
            return
        kept = torch.load(self.path, map_location=self.device)
        self.model.load_state_dict(kept["model"])
        self.optimizers[0].load(kept["optimizer"])
        self.state.copy_(kept["state"])
        print("going on at step %d, %.2f M tokens" % (self.state[0], self.state[1] / 1e6), flush=True)
        changed = sorted(name for name in {*kept["config"], *self.config}
                         if kept["config"].get(name) != self.config.get(name))
        if changed:
            self.log({"step": int(self.state[0]), "tokens": int(self.state[1]), "changed": changed})

    def log(self, line):
        with open(os.path.join(self.folder, "log.jsonl"), "a", encoding="utf8") as file:
            file.write(json.dumps(line) + "\n")

    def save(self, path=None):
        path = path or self.path
        torch.save({"model": {name: p.detach().cpu().clone() for name, p in self.parameters.items()},
                    "optimizer": self.optimizers[0].state(), "state": self.state.clone(), "config": self.config},
                   path + ".part")
        os.replace(path + ".part", path)


class Worker:
    """One of the processes; number 0 also probes, logs and saves."""

    def __init__(self, shared, number, pools, held):
        self.shared, self.number, self.config = shared, number, shared.config
        self.optimizer = shared.optimizers[number]
        Attention.capped = number == 0 and bool(self.config.get("highest_score"))
        first_token = self.config.get("first_token", True)
        self.sequences = Sequences(pools, random.Random(0), first_token=first_token)
        self.probes = Probes(held, first_token) if number == 0 else None
        self.recent = []
        self.feeder = Feeder(self, self.config["feeders"]) if self.config.get("feeders") else None

    def wait(self):
        if self.shared.barrier:
            self.shared.barrier.wait()

    def run(self):
        torch.set_num_threads(1)
        state, model = self.shared.state, self.shared.model
        begun, spent = time.time(), float(state[2])
        self.saved = self.logged = begun
        self.logged_tokens = float(state[1])
        while True:
            self.wait()
            if self.number == 0:
                state[2] = spent + time.time() - begun
            self.wait()
            step, tokens, seconds, held = (float(value) for value in state[:4])
            step, model.held = int(step), bool(held)
            used = schedule.progress(self.config, tokens, seconds)
            if used >= 1:
                break
            phase = schedule.phase_at(self.config, model.held, used)
            draw = schedule.draw_at(self.config, phase, step)
            rate = schedule.rate_at(self.config, phase, used, step)
            self.learn(step, draw, rate)
            self.wait()
            if self.number == 0:
                self.cap()
                state[0] += 1
                state[1] += draw["tokens"] * self.config["workers"]
                self.look(step + 1, draw, rate, used)
        if self.number == 0:
            self.shared.save()
            self.shared.save(os.path.join(self.shared.folder, "final.pt"))
            print("done", flush=True)

    def batch(self, step, draw):
        """What a step learns from: a function of seed, step and worker alone."""
        self.sequences.random.seed((self.config["seed"] * 7919 + step) * 64 + self.number)
        length = draw["length"]
        return self.sequences.batch(draw["tokens"] // length, length, draw["mix"], draw.get("skip", 0))

    def learn(self, step, draw, rate):
        """One step: a batch of one's own, the mean of all gradients, one's share of the parameters."""
        shared, model = self.shared, self.shared.model
        batch = self.feeder.batch(step, draw) if self.feeder else self.batch(step, draw)
        ids, weights, positions = (torch.from_numpy(array).to(shared.device) for array in batch)
        for weight in shared.parameters.values():
            weight.grad = None
        # On a CPU the projections do this themselves.
        mixed = shared.device == "cuda" and bool(self.config.get("bfloat16"))
        with torch.autocast(shared.device, torch.bfloat16, enabled=mixed):
            hidden = model(ids[:, :-1], positions)
            loss, surprisal, right, chosen = weighted_loss(model, hidden, ids[:, 1:], weights[:, 1:])
            if Attention.priced:
                loss = loss + self.config["price"] * model.written
        loss.backward()
        self.recent.append(by_kind(surprisal, right, weights[:, 1:].flatten()[chosen]))
        gradients = {name: p.grad if p.grad is not None else torch.zeros_like(p.data)
                     for name, p in shared.parameters.items()}
        if shared.gradients:
            for name, gradient in gradients.items():
                shared.gradients[self.number][name].copy_(gradient)
            self.wait()
            gradients = {name: sum(worker[name] for worker in shared.gradients) / len(shared.gradients)
                         for name in self.optimizer.mine}
        resting = ("model.layers.0.self_attn",) if model.held else ()
        self.optimizer.step(gradients, rate, step + 1, resting)

    def cap(self):
        """Keeps scores below the config's highest; where workers are several, one looks at its own batch."""
        if not Attention.capped:
            return
        for layer in self.shared.model.model.layers:
            layer.self_attn.cap(self.config["highest_score"])

    def look(self, step, draw, rate, used):
        """Log, probe, release, save, whatever is due."""
        config, shared, state = self.config, self.shared, self.shared.state
        hold, log = config["hold"], config["log"]
        line = {}
        if step % log["steps"] == 0:
            now = time.time()
            line = {name: mean([part[name] for part in self.recent if name in part]) for name in KINDS}
            line["tokens_per_second"] = round((float(state[1]) - self.logged_tokens) / (now - self.logged))
            self.recent, self.logged, self.logged_tokens = [], now, float(state[1])
        if shared.model.held and step % hold["every"] == 0:
            line["pairs"] = round(self.probes.repeat_accuracy(shared.model), 3)
            if line["pairs"] >= hold["accuracy"] or state[1] >= hold["at_most_tokens"]:
                state[3], state[4], state[5] = 0, step, state[1]
                line["released"] = True
        if step % log["head_steps"] == 0:
            if Attention.capped:
                line["highest"] = [round(layer.self_attn.highest.max().item(), 1) for layer in shared.model.model.layers
                                   if layer.self_attn.highest is not None]
            line["pairs"] = round(self.probes.repeat_accuracy(shared.model), 3)
            line.update(self.probes.heads(shared.model))
        if step % log["needle_steps"] == 0:
            line["needles"] = {length: round(self.probes.needles(shared.model, length), 3) for length in LENGTHS}
            line["windows"] = self.probes.windows(shared.model)
        if line:
            line = {"step": step, "tokens": int(state[1]), "seconds": round(float(state[2])), "used": round(used, 4),
                    "length": draw["length"], "rate": round(rate, 4), **line}
            shared.log(line)
        if time.time() - self.saved > log["save_seconds"]:
            self.saved = time.time()
            shared.save()



class Feeder:
    """Processes that draw the batches of the next steps while a GPU computes."""

    def __init__(self, worker, count):
        Feeder.worker = worker
        self.worker, self.count, self.waiting = worker, count, {}
        self.pool = multiprocessing.get_context("fork").Pool(count)

    def batch(self, step, draw):
        """The batch of a step; the next ones are begun as if the phase stayed the same."""
        config, state = self.worker.config, self.worker.shared.state
        used = schedule.progress(config, float(state[1]), float(state[2]))
        phase = schedule.phase_at(config, self.worker.shared.model.held, used)
        for ahead in range(step, step + 2 * self.count):
            if ahead not in self.waiting:
                later = schedule.draw_at(config, phase, ahead)
                self.waiting[ahead] = (later, self.pool.apply_async(Feeder.make, (ahead, later)))
        expected, batch = self.waiting.pop(step)
        return batch.get() if expected == draw else self.worker.batch(step, draw)

    @staticmethod
    def make(step, draw):
        return Feeder.worker.batch(step, draw)


#: Lengths of the prompts that are asked along the run.
LENGTHS = (256, 1024, 4096)
KINDS = ("text_loss", "answer_loss", "answer_accuracy", "repeat_accuracy")


def by_kind(surprisal, right, weights):
    """Means over text, over values of answers, over what repeats."""
    weights = weights.cpu()
    surprisal, right = surprisal.float().cpu(), right.float().cpu()
    of = lambda weight: (weights - weight).abs() < 0.004
    found = {}
    for name, values, chosen in (("text_loss", surprisal, of(TEXT)), ("answer_loss", surprisal, of(ANSWER_VALUE)),
                                 ("answer_accuracy", right, of(ANSWER_VALUE)), ("repeat_accuracy", right, of(REPEAT))):
        if chosen.any():
            found[name] = values[chosen].mean().item()
    return found


def mean(values):
    return round(float(np.mean(values)), 4) if values else None


