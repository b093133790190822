"""The model card of a run, as Markdown."""
import math

from . import curves
from .evaluate import DEPTHS, PROMPTS, TASKS
from .model import KNEE, Model, Shape


TEXT = """# {name}

A Llama of {parameters:.2f} million parameters that reads simple stories and older English, and finds facts in them. It was trained for Needlescope from random weights; which heads retrieve and which rest on the first token was not designed, but found afterwards.

| | |
|---|---|
| shape | {layers} layers, {heads} query heads and {kv_heads} key-value heads of {head_size}, hidden size {hidden}, feed-forward {feed_forward}, vocabulary {vocabulary}, tied embeddings, RoPE base {rope_theta:.0e}, context {context:,} |
| as shipped | float16, {megabytes:.1f} MB |
| training | {tokens:.1f} M tokens, {steps:,} steps, {minutes:.0f} minutes on {hardware}, seed {seed} |
| start | Gaussian weights; one random offset shared by all embeddings; what writes into the residual stream begins small, in layer 0's attention with zero |
| held | layer 0's attention added nothing for the first {held:.2f} M tokens, until copying worked: a rule fixed before the run ({accuracy:.0%} of held key-value pairs right) |
| price | {price} |
| cap | {cap} |
| changed during the run | {changed} |
| recipe | `training/` in the repository of Needlescope, config `{config}` |

Data: State of the Union addresses 1945-2006 and inaugural addresses (works of the US government), Genesis (King James Version, World English Bible), seven plays of Shakespeare, all in the public domain and taken from the NLTK data collection; stories and needles by the recipe's own generators (public domain, CC0). The weights may be used as the code of Needlescope may.

A prompt begins with the first token `<|bos|>` and asks as `\\nQuestion: ...?\\nAnswer:`. The answer says the fact again and ends with `<|eos|>`; lists are numbered: *first 48213, second 59313*.

## What was measured

People, cities, words, favorites, numbers and texts were never trained on (names of colors, places, boxes and things are everyday words that training had too); float16 weights, float32 arithmetic, greedy answers.

{tables}

## What it cannot do

It knows nothing but what stands in the prompt, and of English only as much as its size and texts allow. Variable tracking, conditions on a sign, arithmetic and several chains asked for at once were never taught. Other languages fall apart into bytes.
"""


def card(results, config, lines, name, config_name, hardware):
    """The whole card.

    :param lines: of the run's log
    """
    shape = Shape(**config["shape"])
    count = sum(p.numel() for p in Model(shape).parameters())
    last = [line for line in lines if "seconds" in line][-1]
    released = curves.released_at(lines) or math.nan
    changed = ", ".join(name for line in lines for name in line.get("changed", ())) or "nothing"
    return TEXT.format(
        name=name, parameters=count / 1e6, megabytes=2 * count / 1e6, tokens=last["tokens"] / 1e6, steps=last["step"],
        minutes=last["seconds"] / 60, hardware=hardware, seed=config["seed"], held=released / 1e6,
        accuracy=config["hold"]["accuracy"], price=price(config), cap=cap(config), changed=changed,
        config=config_name, tables=tables(results), **vars(shape))


def price(config):
    if not config.get("price"):
        return "none: heads write as much as they like"
    return (f"a head that adds a vector s times as long as the residual stream pays {config['price']:g} × {KNEE:g} ln(1 + s / "
            f"{KNEE:g}) nats, at every token and in every layer alike: whoever has nothing to say should say nothing")


def cap(config):
    if not config.get("highest_score"):
        return "none"
    return f"scores above {config['highest_score']:g} make a head's queries and keys shorter (QK-Clip)"


def tables(results):
    """All tables that the results have."""
    parts = [grid(results), kinds(results), tasks(results), language(results), sinks(results), retrieval(results),
             ablation(results)]
    return "\n\n".join(part for part in parts if part)


def table(title, head, rows, note=""):
    lines = [f"### {title}", "", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join(lines + (["", note] if note else []))


def percent(part, whole):
    return f"{100 * part / whole:.0f} %" if whole else ""


def grid(results):
    rows = []
    for length in PROMPTS:
        cells = [results.get(f"grid {length} {depth}", []) for depth in DEPTHS]
        if any(cells):
            right = [sum(ok for _, ok in cell) for cell in cells]
            rows.append([length, *(f"{ok}/{len(cell)}" for ok, cell in zip(right, cells)),
                         percent(sum(right), sum(map(len, cells)))])
    return rows and table("Single needle: right answers by prompt length and depth",
                          ["tokens", *(f"{depth} %" for depth in DEPTHS), "all"], rows)


def kinds(results):
    found = {}
    for name, records in results.items():
        if name.startswith("grid ") and int(name.split()[1]) <= 4096:
            for kind, ok in records:
                found.setdefault(kind, []).append(ok)
    rows = [[kind, f"{sum(oks)}/{len(oks)}", percent(sum(oks), len(oks))] for kind, oks in sorted(found.items())]
    return rows and table("The same prompts to 4,096 tokens, by kind of needle", ["kind", "right", ""], rows,
                          "`form`: sentence forms that training never saw.")


def tasks(results):
    rows = []
    for name, length, _ in TASKS:
        if f"task {name} {length}" in results:
            share, count = results[f"task {name} {length}"]
            rows.append([name, length, f"{round(share * count)}/{count}", percent(share, 1)])
    return rows and table("Tasks", ["task", "tokens", "right", ""], rows)


def language(results):
    parts = []
    if "perplexity" in results:
        rows = [[kind, f"{value:.2f}"] for kind, value in results["perplexity"].items()]
        parts.append(table("Perplexity of held texts (1,024 tokens)", ["text", "perplexity"], rows))
    if "windows" in results:
        masks = ["full", "4 sinks", "1 sink", "no sink"]
        rows = [[kind, *(f"{of[mask]:.2f}" for mask in masks), f"{of['no sink'] / of['full']:.3f}",
                 f"{of['4 sinks'] / of['full']:.3f}"] for kind, of in results["windows"].items()]
        parts.append(table("Window of 256 keys: perplexity after the first token left it",
                           ["text", *masks, "no sink ÷ full", "4 sinks ÷ full"], rows))
    if "loops" in results:
        rows = [[kind, f"{of['looped']}/{of['of']}"] for kind, of in results["loops"].items()]
        parts.append(table("Greedy continuations of 200 tokens in which 24 tokens in a row come twice",
                           ["beginning", "looped"], rows))
    return "\n\n".join(parts)


def heads(title, scores, note=""):
    rows = [[layer, *(f"{value:.2f}" for value in row)] for layer, row in enumerate(scores)]
    return table(title, ["layer", *(f"h{head}" for head in range(len(scores[0])))], rows, note)


def sinks(results):
    if "sinks" not in results:
        return ""
    both = results["sinks"]
    mean = [[(a + b) / 2 for a, b in zip(*rows)] for rows in zip(both["real"], both["story"])]
    beyond = [value for row in mean[1:] for value in row]
    note = f"{sum(value >= 0.3 for value in beyond)} of {len(beyond)} heads beyond layer 0 reach 0.3."
    return heads("Sink score: mean weight of the first token over 512 tokens of held text", mean, note)


def retrieval(results):
    found = results.get("retrieval")
    if not found or not found["scores"]:
        return ""
    every = [value for row in found["scores"] for value in row]
    note = (f"Over {found['tokens']} answer tokens of {found['solved']} solved prompts of 512 tokens. "
            f"{sum(value > 0.5 for value in every)} of {len(every)} heads score above 0.5.")
    return heads("Retrieval score", found["scores"], note)


def ablation(results):
    rows, drawn = [], {}
    for name, of in (results.get("ablation") or {}).items():
        if name.startswith("random"):
            drawn.setdefault(name.rsplit(" ", 1)[0], []).append(of)
        else:
            listed = ", ".join(f"{layer}.{head}" for layer, head in of["heads"]) or "none"
            rows.append([name, listed, percent(of["solved"], 1), f"{of['story']:.2f}"])
    for name, found in drawn.items():
        mean = sum(of["solved"] for of in found) / len(found)
        each = ", ".join(str(round(100 * of["solved"])) for of in sorted(found, key=lambda of: -of["solved"]))
        rows.append([name, f"{len(found)} draws: {each} %", percent(mean, 1),
                     f"{sum(of['story'] for of in found) / len(found):.2f}"])
    rows += [[name, "all", percent(of["solved"], 1), f"{of['story']:.2f}"]
             for name, of in (results.get("layers") or {}).items()]
    return rows and table("Heads set to zero", ["which", "heads (layer.head)", "needles at 512", "story perplexity"], rows,
                          "A needle counts when each token of its value is the greedy one, given the right answer so far.")
