"""Logits and 20 greedy tokens of an exported model, for the app's tests:

`python3 reference.py MODEL --out ../src/reference/embedded-model.json`
"""
import argparse
import json

PROMPTS = (
    "Once upon a time, Anna and Tom went to the",
    "The secret code of Kyoto is 48213. The favorite fruit of Maria is mango. Tom walked to the river.\n"
    "Question: What is the secret code of Kyoto?\nAnswer:",
    "My fellow citizens, we must",
)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="folder with config.json and model.safetensors")
    parser.add_argument("--out", required=True)
    given = parser.parse_args()
    import torch

    from recipe import export
    from recipe.probes import positions_of
    from recipe.tokenizer import BOS

    model, tokens, first_token = export.load(given.model)

    @torch.no_grad()
    def logits_of(ids):
        row = torch.tensor([ids])
        return model.logits(model(row, positions_of(row)))[0, -1]

    items = []
    for prompt in PROMPTS:
        ids = ([BOS] if first_token else []) + tokens.encode(prompt)
        top = logits_of(ids).topk(10)
        said = []
        for _ in range(20):
            said.append(logits_of(ids + said).argmax().item())
        items.append({
            "prompt": prompt, "input_ids": [int(i) for i in ids], "top10_ids": top.indices.tolist(),
            "top10_logits": [round(value, 5) for value in top.values.tolist()], "greedy_ids": said,
            "greedy_text": tokens.decode(said)})
    note = ("float32 computation in PyTorch from the saved float16 weights; full causal attention; "
            "positions 0..n-1; logits at the final prompt position")
    with open(given.out, "w", encoding="utf8") as file:
        json.dump({"note": note, "items": items}, file, ensure_ascii=False, indent=2)


if __name__ == "__main__":
    main()
