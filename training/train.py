"""Trains the embedded model: `python3 train.py configs/cpu.json --corpus DIR --out DIR`."""
import argparse
import json
import os
import sys

# Freed memory stays with the process: long tensors would else be mapped anew in every step.
MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "100000000000", "MALLOC_TOP_PAD_": "268435456",
          "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("config", help="a file of configs/")
    parser.add_argument("--corpus", default="corpus", help="folder of the four packages; what is missing is fetched")
    parser.add_argument("--out", required=True, help="folder for data, log and checkpoint; a run in it goes on")
    parser.add_argument("--minutes", type=float, help="in place of the config's limit of time")
    given = parser.parse_args()
    if os.environ.get("MALLOC_MMAP_MAX_") is None:
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **MEMORY})
    from recipe import configs, text, train

    config = configs.load(given.config)
    if given.minutes:
        config["minutes"] = given.minutes
    text.fetch(given.corpus)
    os.makedirs(given.out, exist_ok=True)
    with open(os.path.join(given.out, "config.json"), "w", encoding="utf8") as file:
        json.dump(config, file, indent=1)
    train.run(config, given.corpus, given.out)


if __name__ == "__main__":
    main()
