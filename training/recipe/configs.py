"""Configs of runs: JSON files. A config may be `like` another one but for what it names."""
import json
import os


def load(path):
    with open(path, encoding="utf8") as file:
        config = json.load(file)
    if "like" not in config:
        return config
    return merged(load(os.path.join(os.path.dirname(path), config.pop("like"))), config)


def merged(base, changes):
    """The base with the changes; dictionaries are merged, all else is replaced."""
    both = {**base, **changes}
    for name, value in changes.items():
        if isinstance(value, dict) and isinstance(base.get(name), dict):
            both[name] = merged(base[name], value)
    return both
