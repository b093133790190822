"""Draws the log of a run, or of several in one picture: `python3 curves.py RUN... --out curves.svg`."""
import argparse
import os

from recipe import curves


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", help="folders of runs")
    parser.add_argument("--out", required=True)
    parser.add_argument("--title")
    given = parser.parse_args()
    runs = {os.path.basename(os.path.normpath(run)): curves.read(os.path.join(run, "log.jsonl")) for run in given.runs}
    if len(runs) == 1:
        drawn = curves.draw(*runs.values(), given.title or "Training run (dashed: layer 0's attention is released)")
    else:
        drawn = curves.draw_compared(runs, given.title or "Training runs")
    with open(given.out, "w", encoding="utf8") as file:
        file.write(drawn)


if __name__ == "__main__":
    main()
