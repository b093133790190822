"""What is drawn and how fast is learned, as functions of progress: nothing here looks at the curves but the one rule
that releases layer 0."""
import random


def progress(config, tokens, seconds):
    """Share of the budget that is used, of tokens or of time, whichever is used faster."""
    used = tokens / config["budget_tokens"]
    if config.get("minutes"):
        used = max(used, seconds / (60 * config["minutes"]))
    return used


def phase_at(config, held, used):
    """The phase that is on."""
    if held:
        return config["hold"]
    return next((phase for phase in config["phases"] if used < phase["until"]), config["phases"][-1])


def draw_at(config, phase, step):
    """Length, number of sequences and mixture of a step: the same for all workers."""
    draws = phase["draws"]
    chooser = random.Random(config["seed"] * 1_000_003 + step)
    return chooser.choices(draws, [draw["share"] for draw in draws])[0]


def rate_at(config, phase, used, step):
    """Factor of the learning rates: warm-up, constant, then a straight line down."""
    warm = min(1.0, (step + 1) / config["warm_up_steps"])
    begin, last = config["decay_from"], config["final_rate"]
    falling = 1.0 if used < begin else last + (1 - last) * max(0.0, 1 - used) / (1 - begin)
    return warm * falling * phase.get("rate", 1.0)
