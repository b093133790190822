"""Forms of facts and questions: `[slots]` are filled for both, `{}` is the value."""

#: What people are of a town, and what they do: base and past.
ROLES = ("mayor", "queen", "chief", "founder", "judge", "bishop", "poet", "general", "banker", "oldest man", "best cook",
         "first teacher", "richest woman", "only doctor", "new king")
VERBS = (
    ("paint", "painted"), ("build", "built"), ("find", "found"), ("sell", "sold"), ("steal", "stole"), ("hide", "hid"),
    ("repair", "repaired"), ("carry", "carried"), ("draw", "drew"), ("open", "opened"), ("clean", "cleaned"),
    ("lose", "lost"), ("borrow", "borrowed"), ("invent", "invented"), ("wash", "washed"), ("guard", "guarded"),
    ("break", "broke"), ("move", "moved"), ("choose", "chose"), ("bury", "buried"), ("throw away", "threw away"),
    ("see", "saw"), ("forget", "forgot"), ("burn", "burned"), ("send", "sent"), ("praise", "praised"))
#: Statement, what its value is, question.
SENTENCES = [
    ("[person] lives in {}.", "entity", "Where does [person] live?"),
    ("[person] works as a {}.", "JOBS", "What does [person] work as?"),
    ("[person] was born in {}.", "number", "When was [person] born?"),
    ("The train to [entity] leaves from platform {}.", "number", "Which platform does the train to [entity] leave from?"),
    ("The bus to [entity] stops at {}.", "entity", "Where does the bus to [entity] stop?"),
    ("The flight to [entity] takes {} minutes.", "number", "How many minutes does the flight to [entity] take?"),
    ("The [thing] costs {} coins.", "number", "How much does the [thing] cost?"),
    ("The [thing] weighs {} pounds.", "number", "How much does the [thing] weigh?"),
    ("[person] has {} [animal]s.", "number", "How many [animal]s does [person] have?"),
    ("[person] wrote a book about {}.", "word", "What did [person] write a book about?"),
    ("[person] dreamed of {} last night.", "word", "What did [person] dream of last night?"),
    ("The [role] of [entity] is called {}.", "person", "Who is the [role] of [entity]?"),
    ("The [role] of [entity] is {}.", "person", "Who is the [role] of [entity]?"),
    ("The name of the [role] of [entity] is {}.", "person", "What is the name of the [role] of [entity]?"),
    ("The key to the [thing] is with {}.", "person", "Who has the key to the [thing]?"),
    ("The [animal] of [person] is named {}.", "word", "What is the [animal] of [person] named?"),
    ("[person] traveled to {} last year.", "entity", "Where did [person] travel to last year?"),
    ("The letter from [person] was sent to {}.", "person", "Who was the letter from [person] sent to?"),
    ("The word on the [thing] is {}.", "word", "What is the word on the [thing]?"),
    ("The meeting in [entity] will be held at the {}.", "PLACES", "Where will the meeting in [entity] be held?"),
    ("The treasure of [entity] lies under the {}.", "PLACES", "Where does the treasure of [entity] lie?"),
    ("[person] bought a {} from the market.", "thing", "What did [person] buy from the market?"),
    ("[person] gave [entity] a {} as a present.", "thing", "What did [person] give [entity] as a present?"),
    ("[person] is married to {}.", "person", "Who is [person] married to?"),
    ("[person] learned to cook from {}.", "person", "Who did [person] learn to cook from?"),
    ("The [thing] was [past] by {}.", "person", "Who was the [thing] [past] by?"),
    ("{} [past] the [thing].", "person", "Who [past] the [thing]?"),
    ("[person] [past] the {} in [entity].", "thing", "What did [person] [base] in [entity]?"),
    ("[person] [past] the [thing] near {}.", "entity", "Where did [person] [base] the [thing]?"),
    ("In [entity], they [past] the {}.", "thing", "What did they [base] in [entity]?"),
    ("[person] [past] {} [animal]s.", "number", "How many [animal]s did [person] [base]?"),
    ("Nobody but {} ever [past] the [thing].", "person", "Who was the only one that [past] the [thing]?"),
    ("The road to [entity] is {} miles long.", "number", "How long is the road to [entity]?"),
    ("The tower of [entity] is {} feet high.", "number", "How high is the tower of [entity]?"),
    ("The school in [entity] opened in {}.", "number", "When did the school in [entity] open?"),
    ("[person] is afraid of {}.", "word", "What is [person] afraid of?"),
    ("[person] is allergic to {}.", "word", "What is [person] allergic to?"),
    ("In [entity], people speak {}.", "word", "What do people speak in [entity]?"),
    ("[entity] is famous for its {}.", "word", "What is [entity] famous for?"),
    ("The people of [entity] eat {} on Sundays.", "word", "What do the people of [entity] eat on Sundays?"),
    ("The color of the [animal] of [person] is {}.", "COLORS", "What is the color of the [animal] of [person]?"),
    ("The door of the [role] of [entity] has the number {}.", "number",
     "What number does the door of the [role] of [entity] have?"),
]
#: The same for evaluation only.
HELD_SENTENCES = [
    ("The ferry to [entity] departs from pier {}.", "number", "Which pier does the ferry to [entity] depart from?"),
    ("[person] keeps a {} in the garage.", "thing", "What does [person] keep in the garage?"),
    ("The winner of the race in [entity] was {}.", "person", "Who was the winner of the race in [entity]?"),
    ("The captain of the [thing] is {}.", "person", "Who is the captain of the [thing]?"),
    ("The bridge near [entity] was built in {}.", "number", "When was the bridge near [entity] built?"),
    ("[person] always orders {} for lunch.", "word", "What does [person] always order for lunch?"),
]


#: What something belongs to or happens at.
NAMED = ("[person]", "[person]", "[entity]", "the [thing]", "the [role] of [entity]", "the [animal] of [person]")
#: Verbs with an object: base, present, past, kinds of objects.
DOING = (
    ("like", "likes", "liked", "word thing"), ("collect", "collects", "collected", "word thing"),
    ("teach", "teaches", "taught", "word person"), ("call", "calls", "called", "person"),
    ("visit", "visits", "visited", "person entity"), ("wear", "wears", "wore", "thing word"),
    ("drive", "drives", "drove", "thing person"), ("need", "needs", "needed", "thing number word"),
    ("follow", "follows", "followed", "person word"), ("want", "wants", "wanted", "thing word number"),
    ("grow", "grows", "grew", "word"), ("bring", "brings", "brought", "thing word"),
    ("remember", "remembers", "remembered", "number person word"), ("cook", "cooks", "cooked", "word"),
    ("watch", "watches", "watched", "person word"), ("pay", "pays", "paid", "number person"),
    ("choose", "chooses", "chose", "word number thing"), ("meet", "meets", "met", "person"),
    ("miss", "misses", "missed", "person entity"), ("trust", "trusts", "trusted", "person word"),
)
#: Where, when or why, after the object; "" is frequent.
TAILS = ("", "", "", " every Monday", " in winter", " at work", " after dinner", " on the roof", " in the evening", " at home",
         " since spring", " for the guests", " by the window", " in [entity]", " near the [thing]", " before school")
OFTEN = ("", "", "", "", "often ", "never ", "sometimes ", "usually ", "only ", "now ")
#: Participles, prepositions and kinds of what follows them.
PASSIVE = (
    ("discovered", "in", "number entity"), ("founded", "by", "person"), ("named", "after", "person word"),
    ("filled", "with", "word"), ("made", "of", "word"), ("signed", "by", "person"), ("covered", "with", "word"),
    ("kept", "behind", "thing"), ("chosen", "by", "person"), ("opened", "in", "number"), ("sent", "to", "entity person"),
    ("traded", "for", "thing word"), ("painted", "by", "person"), ("replaced", "by", "thing person"),
    ("moved", "to", "entity"), ("borrowed", "from", "person"), ("locked", "with", "word number"),
)
#: Verbs with a preposition: base, present, past, preposition, kinds.
GOING = (
    ("arrive", "arrives", "arrived", "at", "number entity"), ("wait", "waits", "waited", "for", "person word"),
    ("talk", "talks", "talked", "about", "word person"), ("sleep", "sleeps", "slept", "under", "thing"),
    ("start", "starts", "started", "at", "number"), ("belong", "belongs", "belonged", "to", "person"),
    ("come", "comes", "came", "from", "entity"), ("point", "points", "pointed", "to", "entity thing"),
    ("stand", "stands", "stood", "beside", "thing"), ("look", "looks", "looked", "for", "thing person"),
    ("sing", "sings", "sang", "about", "word"), ("smell", "smells", "smelled", "of", "word"),
)
NOUNS = ("son", "daughter", "neighbor", "teacher", "guard", "owner", "price", "weight", "age", "number", "symbol", "smell",
         "leader", "doctor", "partner", "hero", "ghost", "size", "motto", "sign", "nickname", "song", "seat", "floor")
RELATIONS = ("of", "of", "of", "for", "in", "near", "behind")
PEOPLE = {"son", "daughter", "neighbor", "teacher", "guard", "owner", "leader", "doctor", "partner", "hero", "ghost"}
COUNTED = {"price", "weight", "age", "number", "size", "seat", "floor"}


def made(random, word):
    """A form from a grammar: `(statement, kind of value, question)`.

    :param word: draws a noun
    """
    subject, tail = random.choice(NAMED), random.choice(TAILS)
    if "[entity]" in subject:
        tail = tail.replace("[entity]", "the [thing]")
    make = random.choice((doing, doing, passive, going, copula, copula))
    statement, value, question = make(random, word, subject, tail)
    return statement[0].upper() + statement[1:], value, question


def doing(random, word, subject, tail):
    base, present, past, values = random.choice(DOING)
    value, often = random.choice(values.split()), random.choice(OFTEN)
    asked = "Who" if value == "person" else "What"
    if random.random() < 0.5:
        return f"{subject} {often}{present} {{}}{tail}.", value, f"{asked} does {subject} {often}{base}{tail}?"
    return f"{subject} {past} {{}}{tail}.", value, f"{asked} did {subject} {base}{tail}?"


def passive(random, word, subject, tail):
    done, where, values = random.choice(PASSIVE)
    value = random.choice(values.split())
    subject = random.choice(("the [thing]", "the " + word(), "the [animal] of [person]"))
    asked = {"person": "Who", "entity": "Where", "number": "When" if where == "in" else "What"}.get(value, "What")
    left = "" if asked in ("When", "Where") else " " + where
    return f"{subject} was {done} {where} {{}}{tail}.", value, f"{asked} was {subject} {done}{left}{tail}?"


def going(random, word, subject, tail):
    base, present, past, where, values = random.choice(GOING)
    value, often = random.choice(values.split()), random.choice(OFTEN)
    subject = random.choice((subject, f"the {word()} to [entity]", f"the {word()} of [person]"))
    asked = "Who" if value == "person" else "What"
    if random.random() < 0.5:
        return f"{subject} {often}{present} {where} {{}}{tail}.", value, f"{asked} does {subject} {often}{base} {where}{tail}?"
    return f"{subject} {past} {where} {{}}{tail}.", value, f"{asked} did {subject} {base} {where}{tail}?"


def copula(random, word, subject, tail):
    noun = random.choice(NOUNS) if random.random() < 0.7 else word()
    about, verb = f"the {noun} {random.choice(RELATIONS)} {subject}", random.choice(("is", "was"))
    if noun in PEOPLE:
        statement = random.choice((f"{about} {verb} {{}}{tail}.", f"{{}} {verb} {about}{tail}."))
        return statement, "person", f"Who {verb} {about}{tail}?"
    value = "number" if noun in COUNTED else random.choice(("word", "entity", "thing", "number"))
    return f"{about} {verb} {{}}{tail}.", value, f"What {verb} {about}{tail}?"
