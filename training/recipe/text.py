"""Public-domain English as paragraphs of sentences.

The texts are packages of the NLTK data collection: `state_union.zip`, `inaugural.zip`, `genesis.zip` (only the two
English versions) and `shakespeare.zip`.
"""
import os
import re
import urllib.request
import zipfile

ADDRESS = "https://raw.githubusercontent.com/nltk/nltk_data/gh-pages/packages/corpora/"
PACKAGES = ("state_union", "inaugural", "genesis", "shakespeare")
#: Never trained on.
HELD = ("j_caesar", "1861-Lincoln", "2005-GWBush", "1963-Johnson", "1985-Reagan", "1953-Eisenhower")

ASCII = {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2014": " - ", "\u2013": "-", "\x97": " - ",
         "\x92": "'", "\x93": '"', "\x94": '"', "\xa0": " ", "--": " - "}
# A sentence ends after . ! ? and what closes behind it, where white space and something that can begin one follow.
BOUNDARY = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][\"')\]]))(?=\s+[\"'(\[]*[A-Z0-9])")


def fetch(folder):
    """Downloads the packages that are not in the folder yet."""
    os.makedirs(folder, exist_ok=True)
    for package in PACKAGES:
        path = os.path.join(folder, package + ".zip")
        if not os.path.exists(path):
            print("fetching", ADDRESS + package + ".zip", flush=True)
            urllib.request.urlretrieve(ADDRESS + package + ".zip", path)


def documents(folder):
    """Documents as `(name, paragraphs)`; a paragraph is a list of sentences."""
    found = []
    for package in PACKAGES:
        with zipfile.ZipFile(os.path.join(folder, package + ".zip")) as archive:
            for path in sorted(archive.namelist()):
                name, kind = os.path.splitext(os.path.basename(path))
                if package == "genesis" and not name.startswith("english-"):
                    continue
                if kind == (".xml" if package == "shakespeare" else ".txt") and name != "README":
                    text = plain(archive.read(path))
                    found.append((name, [sentences(p) for p in paragraphs(package, text)]))
    return found


def plain(data):
    """Bytes as ASCII text."""
    try:
        text = data.decode("utf8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    for sign, replacement in ASCII.items():
        text = text.replace(sign, replacement)
    return text.encode("ascii", "ignore").decode()


def paragraphs(package, text):
    """Speeches of a play, six verses of a book, or what empty lines (or else all line ends) separate."""
    if package == "shakespeare":
        speeches = re.findall(r"<SPEECH>(.*?)</SPEECH>", text, re.S)
        return [" ".join(re.findall(r"<LINE>(.*?)</LINE>", re.sub(r"<STAGEDIR>.*?</STAGEDIR>", "", speech), re.S))
                for speech in speeches]
    lines = [line for line in text.split("\n") if line.strip()]
    if package == "genesis":
        return [" ".join(lines[i:i + 6]) for i in range(0, len(lines), 6)]
    blocks = [block for block in re.split(r"\n\s*\n", text) if len(block.strip()) > 20]
    return blocks if len(blocks) >= 5 else [line for line in lines if len(line.strip()) > 20]


def sentences(paragraph):
    """The sentences of a paragraph without white space around them."""
    text = re.sub(r"<[^>]+>", "", paragraph)
    text = re.sub(r"\s+", " ", text).strip()
    return [part.strip() for part in BOUNDARY.split(text) if part.strip()]


def is_held(name):
    return name in HELD
