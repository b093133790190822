"""Stories in simple English from a small random grammar.

Within a story people, place, thing, animal, job and food stay the same, and it goes on: each sentence form belongs to
one part of the plot, and the parts come in their order. So there is something to predict, and what was said shows that
it need not be said again: a model of this size cannot remember which forms of a set it has used.
"""
import re

from . import words

WORDS = {
    "place": words.PLACES,
    "look": words.LOOKS,
    "color": words.COLORS[:10],
    "thing": words.THINGS,
    "animal": words.ANIMALS[:15],
    "food": ["cake", "pie", "bread", "soup", "cheese", "honey", "rice", "salad", "jam", "cookies", "carrots", "berries",
             "potatoes", "pancakes"],
    "feeling": "happy sad tired hungry proud surprised lonely brave calm worried curious sleepy thirsty cheerful".split(),
    "job": words.JOBS,
    "kin": "mother father brother sister uncle aunt grandmother grandfather cousin neighbor".split(),
    "count": "two three four five six seven eight nine ten".split(),
    "skill": ["swim", "dance", "sing", "paint", "write letters", "ride a horse", "bake bread", "play the drum",
              "tell stories", "build a boat", "fly a kite", "count the stars", "fix old clocks", "grow roses"],
    "rule": ["be kind to others", "look twice before crossing the road", "share what you have", "tell the truth",
             "keep a promise", "be patient", "ask for help", "listen before you speak", "never give up"],
    "sky": ["The sun was shining.", "It was raining.", "The wind was cold.", "Snow was falling.",
            "The stars were bright.", "It was a hot day.", "The fog was thick.", "The air was warm and still.",
            "Dark clouds covered the sky."],
    "when": ["One day", "One morning", "One evening", "Last summer", "On a cold winter day", "After school", "Long ago",
             "In the spring", "Before dinner", "Late at night", "Early in the morning"],
    "next": ["Then", "After that", "Soon", "A little later", "Suddenly", "The next day", "That night", "Just then"],
    "how": "slowly quickly quietly carefully happily loudly gently bravely".split(),
    "says": "said whispered shouted answered cried replied".split(),
}

OPENINGS = """\
[when], [A] walked to the [place] with a [color] [thing].
[A] was a [look] [job] who lived by the [place] with [count] [animal]s.
[A] and [B] were good friends, and they lived near the [place].
[when], [A] and [B] found a [look] [thing] under the [thing2].
There was once a [job] named [A] who wanted to [skill].
[when], a [look] [animal] came out of the [place] and looked at [A].
Every morning, [A] went to the [place] to [skill].
[when], [A] lost a [color] [thing] on the way to the [place].
[A]'s [kin] had a [look] house near the [place].
[when], [A] met a [job] who could [skill].
The [job] of the [place] had a [look] [animal] that nobody could catch.
[A] did not like the [place], but [B] went there [when2].""".split("\n")
#: What comes between, in this order: a story takes at most one form of each.
PLOT = [part.split("\n") for part in """\
[sky]
[A] had a [color] [thing] in [his] bag.
[A] and [his] [kin] lived in a house by the [place].
[He] put the [thing] on the table and looked at it for a long time.

[A] wanted to [skill], and [B] helped [him].
Nobody in the [place] knew how to [skill].
"My [kin] taught me how to [skill]," [says] [A].
[A]'s [kin] had told [him] a story about the [place].
"I am so [feeling] today," [says] [B].

"We must go to the [place2] before dinner," [says] [B] [how].
The road to the [place2] was long, and the [thing] was heavy.
[A] and [B] carried the [thing] to the [place2] together.
[He] walked [how] over the bridge and waited for [B].

[next], a [look] [animal] ran along the road to the [place2].
[next], they heard a [look] sound behind the [thing2].
[next], the [animal] went inside the [place2] and slept by the fire.
The door of the [place2] was open, and nobody was there.

There were [count] [thing]s and a [color] [thing2] in the [place2].
[He] counted the [animal]s and found only [count].
It was too dark to see the [place2].
[B] was [feeling], but [A] was not afraid.

[next], [A] fell into the water and lost the [thing].
"Where is my [thing]?" [says] [A].
The [animal] was [feeling] because there was no [food] for it.
[B] did not believe a word of it.

They looked for the [animal] in the [place] and in the [place2].
"I saw it near the [place]," [says] [B].
[A] wrote a long letter to [his] [kin].
[B] opened the [look] [thing2] and found a letter inside.

At the [place2], a [job] was selling [food].
An old [job] came to the door and asked for some [food].
"You can have the [thing2] if you help me," [says] the [job].
"Please do not touch the [thing]," [says] the [job].

They sat down under a tree and ate [food].
They ate the [food] and talked about the [animal].
The [animal] looked [feeling], so [B] gave it some [food].
The [job] gave them some [food] and a [thing2].

[next], [B] came back with a [color] [thing2].
[next], [B] gave the [thing] to the [job] and smiled.
[A] cleaned the [thing] until it was bright and new.
[B] made a [color] [thing] for [A].""".split("\n\n")]
ENDINGS = """\
In the end, [A] was [feeling], and [B] was [feeling] too.
That night, they ate [food] and went to sleep.
From that day on, the [animal] lived with [A].
[A] learned to [rule].
"We should always [rule]," [says] [B].
[A] took the [thing] home and never lost it again.
At last, [A] and [B] went home, [feeling] and [feeling].
The [job] thanked them, and everyone was [feeling].""".split("\n")
SLOT = re.compile(r"\[(\w+)\]")


def story(random, held=False, opening=None):
    """One story as a list of sentences, and the number of its opening.

    :param held: with people that training never sees
    :param opening: the number of an opening not to use
    """
    girls, boys = (words.HELD_GIRLS, words.HELD_BOYS) if held else (words.GIRLS, words.BOYS)
    girl, boy = random.choice(girls), random.choice(boys)
    girl_first = random.random() < 0.5
    fixed = {key: random.choice(WORDS[key]) for key in ("place", "thing", "animal", "job", "food", "skill", "rule")}
    fixed["A"], fixed["B"] = (girl, boy) if girl_first else (boy, girl)
    fixed["He"], fixed["his"], fixed["him"] = ("She", "her", "her") if girl_first else ("He", "his", "him")
    for key in ("place", "thing"):
        fixed[key + "2"] = random.choice([word for word in WORDS[key] if word != fixed[key]])
    fixed["when2"] = random.choice(["every day", "on Sundays", "with a friend", "alone"])
    first = random.choice([number for number in range(len(OPENINGS)) if number != opening])
    parts = sorted(random.sample(range(len(PLOT)), random.randint(5, len(PLOT))))
    forms = [OPENINGS[first], *(random.choice(PLOT[part]) for part in parts), random.choice(ENDINGS)]
    fill = lambda match: fixed.get(match[1]) or random.choice(WORDS[match[1]])
    sentences = [SLOT.sub(fill, form) for form in forms]
    return [sentence[0].upper() + sentence[1:] for sentence in sentences], first


def stories(random, count, held=False):
    """`count` stories, each a list of sentences."""
    told, opening = [], None
    for _ in range(count):
        sentences, opening = story(random, held, opening)
        told.append(sentences)
    return told
