"""Facts to hide, questions about them, and the answers to learn.

Text is made of pieces `(text, is_value)`: values are what can only be known from the prompt.
"""
import dataclasses
import itertools

from . import words
from .sentences import ROLES, SENTENCES, VERBS, made


@dataclasses.dataclass
class Needle:
    """Facts that belong together and one question about them."""

    kind: str
    key: tuple  #: no two needles of a prompt share it
    facts: list  #: each a list of pieces
    question: str
    answer: list  #: pieces
    values: list  #: what a right answer names, in this order
    ordered: bool = True  #: whether the facts must stand in this order
    last_decides: bool = False  #: a right answer has to name only the last value

    def texts(self):
        return ["".join(text for text, _ in fact) for fact in self.facts]


def pieces(form, *values):
    """`"The code is {}."` with its values, each with the space before it if there is one."""
    made = []
    for text, value in itertools.zip_longest(form.split("{}"), values, fillvalue=""):
        space = " " if text.endswith(" ") and value else ""
        made += [(text[: len(text) - len(space)], False), (space + value, True)]
    return [piece for piece in made if piece[0]]


class NeedleSource:
    """Draws needles.

    :param random: a `random.Random`
    :param held: whether to draw people, cities, words and values that training never sees
    :param more_words: words of the training texts
    """

    def __init__(self, random, held=False, more_words=()):
        self.random = random
        self.held = held
        self.people = words.HELD_GIRLS + words.HELD_BOYS if held else words.GIRLS + words.BOYS
        self.cities = words.HELD_CITIES if held else words.CITIES
        self.words = words.HELD_WORDS if held else words.WORDS
        self.more_words = () if held else more_words
        self.favorites = words.HELD_FAVORITES if held else words.FAVORITES

    # What needles are made of.

    def person(self):
        return self.random.choice(self.people) if self.random.random() < 0.6 else words.new_name(self.random)

    def entity(self):
        """A city, a person, or a name that exists nowhere."""
        chance = self.random.random()
        if chance < 0.3:
            return self.random.choice(self.cities)
        return self.random.choice(self.people) if chance < 0.45 else words.new_name(self.random)

    def word(self):
        chance = self.random.random()
        if self.more_words and chance < 0.35:
            return self.random.choice(self.more_words)
        if chance < 0.75:
            return self.random.choice(self.words)
        return words.new_name(self.random).lower()

    def thing(self):
        return "%s %s" % (self.random.choice(words.COLORS + words.LOOKS), self.random.choice(words.THINGS))

    def number(self):
        count = 5 if self.held else self.random.choice((2, 3, 4, 5, 5, 5, 5, 5, 5, 6, 7))
        return str(self.random.randint(10 ** (count - 1), 10**count - 1))

    def act(self):
        random = self.random
        place, look = random.choice(words.PLACES), random.choice(words.LOOKS)
        acts = [
            f"eat a {look} {random.choice(words.FOODS)}", f"sit in the {look} {place}",
            f"watch the {random.choice(words.ANIMALS)}s", f"walk to the {place}",
            f"play {random.choice(random.choice(list(self.favorites.values())))} with {random.choice(self.people)}",
            f"buy a {self.thing()}", f"read a book about {self.word()}", f"drink {self.word()} by the {place}",
            f"listen to the {random.choice(words.ANIMALS)}s in the {place}",
        ]
        end = "" if self.held else random.choice(["", "", " on a sunny day", " at night", " with a friend"])
        return " and ".join(random.sample(acts, 2 if self.held else random.choice((1, 2, 2)))) + end

    def value(self):
        """A word, a name, a number or a thing."""
        return self.random.choice([self.word, self.entity, self.number, self.thing, self.word])()

    # Kinds of needles.

    def one(self, kind, key, form, value, question, answer=None):
        """One fact with one value; the answer says the fact again."""
        fact = pieces(form, value)
        answer = pieces(answer, value) if answer else fact
        return Needle(kind, (kind, *key), [fact], question, answer, [value])

    def code(self, what=None):
        names = ["secret code", "access code", "password", "lucky number", "room number"]
        if not self.held:
            names += ["secret number", "code", "pin", "phone number", "ticket number", "key number"]
        what, who, word = what or self.random.choice(names), self.entity(), "of"
        if not self.held and self.random.random() < 0.25:
            word = "for"
        about = f"The {what} {word} {who}"
        return self.one("code", (what, who), about + " is {}.", self.number(), f"What is t{about[1:]}?")

    def magic(self, _=None):
        who = self.word() if self.random.random() < 0.6 else self.entity()
        about = f"he special magic number for {who} is"
        form = "T" + about + " {}."
        if not self.held and self.random.random() < 0.3:
            form = f"One of the special magic numbers for {who} is:" + " {}."
        return self.one("magic", (who,), form, self.number(), f"What is the special magic number for {who}?",
                        "T" + about + " {}.")

    def favorite(self, what=None):
        what, who = what or self.random.choice(list(self.favorites)), self.person()
        value = self.random.choice(self.favorites[what])
        if not self.held and self.random.random() < 0.3:
            value = self.word()
        return self.one("favorite", (what, who), f"The favorite {what} of {who} is" + " {}.", value,
                        f"What is the favorite {what} of {who}?")

    def passphrase(self, _=None):
        who = self.entity()
        value = " ".join(self.word() for _ in range(3 if self.held else self.random.choice((2, 3, 3, 3, 4))))
        return self.one("passphrase", (who,), f"The passphrase of {who} is" + " {}.", value,
                        f"What is the passphrase of {who}?")

    def owner(self, _=None):
        what = self.thing()
        question = f"Who owns the {what}?"
        if not self.held and self.random.random() < 0.3:
            question = f"Who does the {what} belong to?"
        return self.one("owner", (what,), f"The {what} belongs to" + " {}.", self.person(), question)

    def place(self, _=None):
        what = self.thing()
        place = self.random.choice(words.PLACES) if self.random.random() < 0.8 or self.held else self.word()
        return self.one("place", (what,), f"The {what} is hidden in the" + " {}.", place, f"Where is the {what}?")

    def best(self, _=None):
        who = self.entity()
        return self.one("best", (who,), f"The best thing to do in {who} is" + " {}.", self.act(),
                        f"What is the best thing to do in {who}?")

    def relation(self, what=None):
        """The WORD of NAME is VALUE: any word, any name, any value."""
        what = what or (f"{self.random.choice(words.LOOKS)} {self.word()}" if self.random.random() < 0.3 else self.word())
        who = self.entity() if self.random.random() < 0.7 else "the " + self.thing()
        verb, word = self.random.choice(("is", "is", "is", "was")), self.random.choice(("of", "of", "of", "for", "in"))
        if self.random.random() < 0.15:
            return self.one("relation", (what, who), f"{who[0].upper()}{who[1:]}'s {what} {verb}" + " {}.", self.value(),
                            f"What {verb} {who}'s {what}?")
        about = f"he {what} {word} {who}"
        return self.one("relation", (what, who), f"T{about} {verb}" + " {}.", self.value(), f"What {verb} t{about}?")

    def sentence(self, form=None):
        """Facts of other forms, half of them from a grammar.

        :param form: `(statement, kind of value, question)`
        """
        statement, value, question = form or self.form()
        base, past = self.random.choice(VERBS)
        fill = {"person": self.person(), "entity": self.entity(), "thing": self.thing(), "word": self.word(),
                "animal": self.random.choice(words.ANIMALS), "role": self.random.choice(ROLES), "base": base, "past": past}
        drawn = getattr(self, value)() if hasattr(self, value) else self.random.choice(getattr(words, value))
        for slot, word in fill.items():
            statement, question = statement.replace("[%s]" % slot, word), question.replace("[%s]" % slot, word)
        return self.one("sentence", (question,), statement, drawn, question)

    def form(self):
        return made(self.random, self.word) if self.random.random() < 0.5 else self.random.choice(SENTENCES)

    def chain(self, hops=None, order=None):
        """A thing in a box in a box at a place, asked for by the thing."""
        random = self.random
        hops = hops if isinstance(hops, int) else random.choice((1, 2, 2, 2, 3, 3, 4))
        stations = [f"{random.choice(words.COLORS + words.LOOKS[:6])} {random.choice(words.THINGS)}"]
        while len(stations) < hops:
            box = f"{random.choice(words.COLORS)} {random.choice(words.CONTAINERS)}"
            if box not in stations:
                stations.append(box)
        stations.append(random.choice(words.PLACES))
        links = [(f"he {here} is in the", there) for here, there in zip(stations, stations[1:])]
        facts = [pieces("T" + about + " {}.", there) for about, there in links]
        order = order or random.choice(("forward", "forward", "backward", "random"))
        if order == "backward":
            facts.reverse()
        answer = []
        for i, (about, there) in enumerate(links):
            answer += [(("T" if i == 0 else ", and t") + about, False), (" " + there, True)]
        return Needle("chain", ("chain", stations[0]), facts, f"How can we find the {stations[0]}?",
                      answer + [(".", False)], stations[1:], ordered=order != "random", last_decides=True)

    def numbers(self, count=None):
        """A name, its numbers, and a fact for each of them."""
        random = self.random
        count = count if isinstance(count, int) else random.choice((2, 3, 3, 3, 4))
        who = self.word() if random.random() < 0.7 else self.entity()
        numbers = [self.number() for _ in range(count)]
        return who, numbers, [pieces(f"One of the magic numbers for {who} is" + " {}.", number) for number in numbers]

    def list(self, count=None):
        """Several numbers of one name, all asked for, answered in their order."""
        who, numbers, facts = self.numbers(count)
        answer = [(f"The magic numbers for {who} are", False)]
        for i, number in enumerate(numbers):
            answer += [(f"{',' if i else ''} {ORDINALS[i]}", False), (" " + number, True)]
        return Needle("list", ("list", who), facts, f"What are all the magic numbers for {who}?",
                      answer + [(".", False)], numbers)

    def ordinal(self, count=None):
        """The same, asked for one by its place: what a list needs, one at a time."""
        who, numbers, facts = self.numbers(count)
        place = self.random.randrange(len(numbers))
        about = f"he {ORDINALS[place]} of the magic numbers for {who}"
        return Needle("ordinal", ("list", who), facts, f"What is t{about}?", pieces(f"T{about} is" + " {}.", numbers[place]),
                      [numbers[place]])

    def draw(self, shares=None):
        """A needle of a kind drawn by its share."""
        shares = shares or SHARES
        return getattr(self, self.random.choices(list(shares), list(shares.values()))[0])()

    def similar(self):
        """A function that draws needles which differ in names and values only."""
        kind = self.random.choice(("code", "magic", "favorite", "passphrase", "best", "relation", "sentence", "chain",
                                   "list", "ordinal", "passphrase"))
        fixed = {
            "code": lambda: self.code().key[1], "favorite": lambda: self.random.choice(list(self.favorites)),
            "relation": self.word, "sentence": self.form,
        }.get(kind, lambda: None)()
        return lambda: getattr(self, kind)(fixed)


ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
#: How often each kind is drawn.
SHARES = {"code": 18, "magic": 8, "favorite": 9, "passphrase": 12, "owner": 7, "place": 7, "best": 7, "relation": 12,
          "sentence": 24, "chain": 9, "list": 18, "ordinal": 10}
