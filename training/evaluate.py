"""Measures an exported model: `python3 evaluate.py MODEL --data DIR --out results.json [--minutes N]`."""
import argparse
import os

import torch


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="folder with config.json and model.safetensors")
    parser.add_argument("--data", required=True, help="folder `data` of the run: held texts")
    parser.add_argument("--out", required=True, help="where results are kept; what is in it is not measured again")
    parser.add_argument("--minutes", type=float, help="stop after so many minutes; the same command goes on")
    given = parser.parse_args()
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    from recipe import evaluate, export, sequences

    model, _, first_token = export.load(given.model)
    _, held = sequences.prepare(None, given.data, None, None, None)
    evaluate.Evaluation(model, held, given.out, given.minutes, first_token).run()


if __name__ == "__main__":
    main()
