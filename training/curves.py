"""Draws the log of a run: `python3 curves.py RUN/log.jsonl --out curves.svg`."""
import argparse

from recipe import curves


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log")
    parser.add_argument("--out", required=True)
    parser.add_argument("--title", default="Training run (dashed: layer 0's attention is released)")
    given = parser.parse_args()
    with open(given.out, "w", encoding="utf8") as file:
        file.write(curves.draw(curves.read(given.log), given.title))


if __name__ == "__main__":
    main()
