"""Logs of runs as curves over the tokens seen: as one SVG, and as data that the app draws."""
import html
import json
import math

WIDTH, PANEL, LEFT, RIGHT, TOP, GAP = 760, 150, 56, 170, 34, 44
#: Points of a curve in the data for the app.
POINTS = 200
WINDOW = "Window of 128 against full attention"
COLORS = ("#4269d0", "#d9741a", "#2f8f5b", "#b8427e", "#7a5cc2", "#7a7a2b", "#2b8c9e")


def read(path):
    """The lines of a log. A run that was stopped goes on from its last checkpoint: what it said after that is dropped."""
    lines = []
    with open(path, encoding="utf8") as file:
        for line in map(json.loads, file):
            while lines and lines[-1]["step"] >= line["step"]:
                lines.pop()
            lines.append(line)
    return lines


def series(lines, value):
    """Points `(tokens, value)` of the lines that have it."""
    points = ((line["tokens"], value(line)) for line in lines)
    return [(tokens, found) for tokens, found in points if found is not None]


def smooth(points, count=9):
    """Means over neighbours: training batches differ in kind and length."""
    half = count // 2
    near = lambda i: [value for _, value in points[max(0, i - half):i + half + 1]]
    return [(tokens, sum(near(i)) / len(near(i))) for i, (tokens, _) in enumerate(points)]


def panels(lines):
    """Title, unit and curves `{name: points}` of each panel, and its axis.

    An axis is "share", from 0 to 1; "linear" or "log", as far as the curves need.
    """
    last = max((line for line in lines if "sink" in line), key=lambda line: line["tokens"], default=None)
    layers = range(len(last["sink"])) if last else ()
    flat = lambda table: [value for row in table[1:] for value in row]
    of = lambda name: (lambda line: line.get(name))
    best = lambda name: (lambda line: max(map(max, line[name])) if name in line else None)
    needles = lambda length: (lambda line: line["needles"].get(length) if "needles" in line else None)
    lengths = sorted({length for line in lines for length in line.get("needles", {})}, key=int)
    share = lambda name, least: (
        lambda line: sum(v > least for v in flat(line[name])) / len(flat(line[name])) if name in line else None)
    ratio = lambda kind, mask: (
        lambda line: line["windows"][f"{kind} {mask}"] / line["windows"][f"{kind} full"] if "windows" in line else None)
    return [
        ("Loss on text", "nats a token", {"training text": smooth(series(lines, of("text_loss")))}, "linear"),
        ("Copying and answers", "share right", {
            "held key-value pairs": series(lines, of("pairs")),
            "answers in training": smooth(series(lines, of("answer_accuracy")))}, "share"),
        ("Held needles", "share right", {f"{length} tokens": series(lines, needles(length)) for length in lengths}, "share"),
        ("Best head", "score", {"previous token": series(lines, best("previous")),
                                "retrieval": series(lines, best("retrieval"))}, "share"),
        ("Heads beyond layer 0", "share", {"retrieval score above 0.5": series(lines, share("retrieval", 0.5)),
                                           "sink above 0.3": series(lines, share("sink", 0.3))}, "share"),
        ("Attention to the first token", "strongest head of a layer", {
            f"layer {layer}": series(lines, lambda line, at=layer: max(line["sink"][at]) if "sink" in line else None)
            for layer in layers}, "share"),
        (WINDOW, "ratio of perplexities", {
            f"{kind}, {name}": series(lines, ratio(kind, mask)) for kind in ("real", "story")
            for mask, name in (("none", "no sink"), ("sinks", "4 sinks"))}, "log")]


def compared(runs):
    """Panels of several runs `{name: lines}`, a curve for each run."""
    one = {name: {(title, label): points for title, _, curves, _ in panels(lines) for label, points in curves.items()}
           for name, lines in runs.items()}
    chosen = (
        ("Heads beyond layer 0", "sink above 0.3", "Heads beyond layer 0 with a sink above 0.3", "share", "share"),
        (WINDOW, "real, no sink", "Window of 128 without sinks against full attention, English", "ratio of perplexities", "log"),
        (WINDOW, "story, no sink", "The same, stories", "ratio of perplexities", "log"),
        (WINDOW, "real, 4 sinks", "With four sinks, English", "ratio of perplexities", "log"),
        ("Heads beyond layer 0", "retrieval score above 0.5", "Heads beyond layer 0 that retrieve", "share", "share"),
        ("Held needles", "1024 tokens", "Held needles, 1,024 tokens", "share right", "share"),
        ("Loss on text", "training text", "Loss on text", "nats a token", "linear"))
    return [(title, unit, {name: of[panel, label] for name, of in one.items() if (panel, label) in of}, axis)
            for panel, label, title, unit, axis in chosen]


def data(lines):
    """What `training.json` beside a model holds."""
    return {
        "tokens": tokens_seen(lines), "released": released_at(lines),
        "panels": [{"title": title, "unit": unit, "axis": axis, "curves": [
            {"name": name, "points": [[tokens, float(f"{value:.4g}")] for tokens, value in thin(points)]}
            for name, points in curves.items() if points]} for title, unit, curves, axis in drawn_panels(lines)]}


def thin(points):
    """At most `POINTS` of them, the last among them."""
    every = math.ceil(len(points) / POINTS)
    return points[(len(points) - 1) % every::every]


def drawn_panels(lines):
    return with_points(panels(lines))


def with_points(every):
    return [panel for panel in every if any(panel[2].values())]


def tokens_seen(lines):
    return max(line["tokens"] for line in lines)


def released_at(lines):
    """Tokens seen when layer 0's attention was released, or None."""
    return next((line["tokens"] for line in lines if line.get("released")), None)


def draw(lines, title):
    """The SVG of one run as text."""
    return draw_panels(drawn_panels(lines), title, tokens_seen(lines), released_at(lines))


def draw_compared(runs, title):
    """The SVG of several runs `{name: lines}` as text."""
    return draw_panels(with_points(compared(runs)), title, max(map(tokens_seen, runs.values())), None)


def draw_panels(drawn, title, most, released):
    height = TOP + len(drawn) * (PANEL + GAP) + 10
    x = lambda tokens: LEFT + (WIDTH - LEFT - RIGHT) * tokens / most
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="11">',
           f'<title>{html.escape(title)}</title><rect width="{WIDTH}" height="{height}" fill="#fff"/>',
           f'<text x="{LEFT}" y="20" font-size="14" font-weight="bold">{html.escape(title)}</text>']
    for number, (name, unit, curves, axis) in enumerate(drawn):
        out += draw_panel(TOP + number * (PANEL + GAP) + 18, name, unit, curves, axis, x, most, released)
    return "\n".join([*out, "</svg>", ""])


def draw_panel(begin, name, unit, curves, axis, x, most, released):
    values = [value for points in curves.values() for _, value in points]
    low, high = (0, 1) if axis == "share" else (min(values), max(min(values) * 1.01, max(values)))
    place, back = (math.log, math.exp) if axis == "log" else (float, float)
    y = lambda value: begin + PANEL - PANEL * (place(value) - place(low)) / (place(high) - place(low))
    end = x(most)
    yield f'<text x="{LEFT}" y="{begin - 6}"><tspan font-weight="bold">{html.escape(name)}</tspan>, {html.escape(unit)}</text>'
    for part in range(5):
        value = back(place(low) + (place(high) - place(low)) * part / 4)
        yield f'<path d="M{LEFT} {y(value):.1f}H{end:.1f}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end" fill="#555">{value:.2f}</text>'
    for part in range(5):
        tokens = most * part / 4
        yield (f'<text x="{x(tokens):.1f}" y="{begin + PANEL + 14}" text-anchor="middle" fill="#555">'
               f'{tokens / 1e6:.1f} M</text>')
    if released is not None:
        yield f'<path d="M{x(released):.1f} {begin}v{PANEL}" stroke="#999" stroke-dasharray="3 3"/>'
    for number, (label, points) in enumerate((label, points) for label, points in curves.items() if points):
        color = COLORS[number % len(COLORS)]
        path = "L".join(f"{x(tokens):.1f} {y(value):.1f}" for tokens, value in points)
        yield f'<path d="M{path}" fill="none" stroke="{color}" stroke-width="1.5"/>'
        yield f'<text x="{end + 10:.1f}" y="{begin + 12 + 15 * number}" fill="{color}">{html.escape(label)}</text>'
