"""Prints the model card of a run: `python3 card.py results.json --run RUN > README.md`."""
import argparse
import json
import os


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", help="what evaluate.py wrote")
    parser.add_argument("--run", required=True, help="folder of the run: its config and log")
    parser.add_argument("--name", default="needle")
    parser.add_argument("--config", default="cpu", help="name of the config")
    parser.add_argument("--hardware", default="two cores of a CPU")
    given = parser.parse_args()
    from recipe import card, curves

    with open(given.results, encoding="utf8") as file:
        results = json.load(file)
    with open(os.path.join(given.run, "config.json"), encoding="utf8") as file:
        config = json.load(file)
    lines = curves.read(os.path.join(given.run, "log.jsonl"))
    print(card.card(results, config, lines, given.name, given.config, given.hardware))


if __name__ == "__main__":
    main()
