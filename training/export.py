"""Writes a checkpoint in Hugging Face's layout: `python3 export.py CHECKPOINT --data DIR --out DIR`."""
import argparse


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", help="`final.pt` or `checkpoint.pt` of a run")
    parser.add_argument("--data", required=True, help="folder `data` of the run: its tokenizer")
    parser.add_argument("--out", required=True)
    given = parser.parse_args()
    from recipe import export

    export.export(given.checkpoint, given.data, given.out)


if __name__ == "__main__":
    main()
