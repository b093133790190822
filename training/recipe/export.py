"""A trained model as a folder in Hugging Face's layout, and back."""
import json
import os
import struct

import numpy as np
import torch

from . import curves
from .model import Model, Shape
from .tokenizer import BOS, EOS, PAD, Tokenizer, write

KINDS = {"F16": np.float16, "F32": np.float32}


def export(checkpoint, data, folder):
    """Writes config, weights in float16, tokenizer, and the curves of the run.

    :param checkpoint: a file that a run saved; its log lies beside it
    :param data: folder of the run's tokenizer
    """
    kept = torch.load(checkpoint, map_location="cpu")
    shape = Shape(**kept["config"]["shape"])
    if shape.rule != "softmax":
        print("note: Hugging Face's Llama has softmax attention only, this model", shape.rule)
    first_token = kept["config"].get("first_token", True)
    os.makedirs(folder, exist_ok=True)
    write(os.path.join(folder, "config.json"), llama_config(shape, first_token))
    write(os.path.join(folder, "generation_config.json"),
          {"bos_token_id": BOS if first_token else None, "eos_token_id": EOS, "pad_token_id": PAD, "do_sample": False, "max_new_tokens": 64})
    tensors = {name: tensor.numpy().astype(np.float16) for name, tensor in kept["model"].items()}
    save_tensors(os.path.join(folder, "model.safetensors"), tensors)
    Tokenizer.load(data).save(folder, shape.context, first_token)
    log = os.path.join(os.path.dirname(os.path.abspath(checkpoint)), "log.jsonl")
    if os.path.exists(log):
        with open(os.path.join(folder, "training.json"), "w", encoding="utf8") as file:
            json.dump(curves.data(curves.read(log)), file, separators=(",", ":"))


def llama_config(shape, first_token):
    return {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden, "intermediate_size": shape.feed_forward, "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads, "num_key_value_heads": shape.kv_heads, "head_dim": shape.head_size,
        "hidden_act": "silu", "max_position_embeddings": shape.context, "rms_norm_eps": shape.epsilon,
        "rope_theta": shape.rope_theta, "rope_scaling": None, "attention_bias": False, "mlp_bias": False,
        "attention_dropout": 0.0, "initializer_range": 0.02, "tie_word_embeddings": True,
        "bos_token_id": BOS if first_token else None, "eos_token_id": EOS, "pad_token_id": PAD, "use_cache": True,
        "pretraining_tp": 1, "torch_dtype": "float16"}


def load(folder):
    """Model (in float32), tokenizer, and whether texts begin with the first token."""
    with open(os.path.join(folder, "config.json"), encoding="utf8") as file:
        config = json.load(file)
    shape = Shape(
        vocabulary=config["vocab_size"], hidden=config["hidden_size"], layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"], kv_heads=config["num_key_value_heads"], head_size=config["head_dim"],
        feed_forward=config["intermediate_size"], rope_theta=config["rope_theta"], epsilon=config["rms_norm_eps"],
        context=config["max_position_embeddings"])
    model = Model(shape)
    tensors = load_tensors(os.path.join(folder, "model.safetensors"))
    model.load_state_dict({name: torch.from_numpy(array.astype(np.float32)) for name, array in tensors.items()})
    return model.eval(), Tokenizer.load(folder), config["bos_token_id"] is not None


def save_tensors(path, tensors):
    """safetensors: length of the header, header, data."""
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for name, array in tensors.items():
        kind = next(kind for kind, dtype in KINDS.items() if array.dtype == dtype)
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in tensors.values():
            file.write(np.ascontiguousarray(array).tobytes())


def load_tensors(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    header.pop("__metadata__", None)
    return {name: np.frombuffer(data[slice(*entry["data_offsets"])], KINDS[entry["dtype"]]).reshape(entry["shape"])
            for name, entry in header.items()}
