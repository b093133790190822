"""Words that stories and needles are made of.

The people, cities and words in a `HELD_` list stay out of training stories and training needles, and the held
favorites are never values there, so that a model which answers with them must have read the prompt. (Some of them
occur in the public-domain texts.)
"""


def _list(text):
    return text.split()


BOYS = _list(
    "Tom Ben Sam Max Leo Jack Adam Oscar Peter Paul Henry Felix Hugo Victor Simon Oliver Martin Daniel Lucas Arthur "
    "George Edward Frank Walter Ivan Omar Ravi Kenji Pablo Diego Carlos Marco Pierre Hans Erik Lars Nils Boris Yusuf "
    "Amir Hassan Kofi Tariq Chen Wei Hiro Mateo Bruno Dario Otto Emil Anton Jonas Karl Stefan Luis Jorge Andre Rafael "
    "Milo Theo Noah Liam Ethan Caleb Isaac Joseph David Robert William James Thomas Charles Richard Philip Harold"
)
GIRLS = _list(
    "Anna Maria Lily Emma Rosa Clara Alice Ella Nora Julia Laura Sofia Mila Ruby Ivy Grace Helen Sarah Jane Lucy Kate "
    "Amy Molly Hazel Flora Vera Nina Tina Lena Olga Irina Elena Marta Paula Carla Bianca Lucia Carmen Ines Leila "
    "Fatima Amina Zara Priya Anita Meera Yuki Hana Keiko Mei Ling Sana Freya Ingrid Astrid Greta Heidi Petra Monika "
    "Sylvia Diana Audrey Edith Agnes Martha Ruth Esther Naomi Rachel Hannah Abigail Charlotte Emily Sophie Chloe"
)
HELD_BOYS = _list("Gareth Rupert Cedric Dmitri Ahmed Takeshi Wendell Quentin Bjorn Alistair")
HELD_GIRLS = _list("Beatrice Matilda Svetlana Guadalupe Sakura Winifred Rosalind Penelope Ottilie Aaliyah")

CITIES = _list(
    "Paris London Rome Berlin Madrid Lisbon Vienna Prague Warsaw Athens Dublin Oslo Stockholm Helsinki Copenhagen "
    "Moscow Istanbul Cairo Nairobi Lagos Accra Tunis Delhi Mumbai Bangkok Hanoi Manila Jakarta Seoul Tokyo Osaka "
    "Beijing Shanghai Sydney Perth Auckland Toronto Montreal Boston Chicago Denver Dallas Seattle Miami Atlanta "
    "Houston Detroit Phoenix Lima Bogota Quito Havana Caracas Brasilia Geneva Zurich Milan Venice Naples Munich "
    "Hamburg Brussels Amsterdam Budapest Belgrade Sofia Kiev Riga Glasgow Bristol Leeds Oxford Cambridge Cork Lyon "
    "Nice Bordeaux Seville Valencia Porto Tehran Baghdad Damascus Dubai Karachi Lahore Dhaka Kabul Colombo Melbourne "
    "Ottawa Vancouver Austin Portland Memphis"
)
HELD_CITIES = _list(
    "Kyoto Marrakesh Reykjavik Santiago Casablanca Edinburgh Florence Singapore Bucharest Honolulu Tashkent Winnipeg "
    "Dresden Nagasaki Montevideo Tulsa Ankara Calgary Tbilisi Maputo"
)

WORDS = _list(
    "apple river stone cloud tiger candle marble rocket pepper window shadow mirror thunder pillow ladder feather "
    "anchor blossom carpet dragon engine falcon hammer insect jungle kettle magnet needle ocean pencil quartz ribbon "
    "saddle temple umbrella valley walnut yellow zebra autumn desert eagle glacier island jacket kitten napkin planet "
    "quiver rabbit silver turtle velvet winter copper sugar paper hotel music butter dinner doctor summer salmon "
    "pirate tunnel cotton ginger beacon cactus cobalt crystal dolphin ember goblet ivory linen cradle bramble canyon "
    "circus comet dagger fossil gravel hazelnut helmet iceberg jigsaw lagoon locket mammoth nutmeg oyster "
    "paddle pebble parrot pigeon plank poppy prairie pumpkin python racket raven rooster sandal satchel sculptor "
    "shovel sparrow spiral squirrel statue sunset tadpole teapot thimble thistle timber tractor turnip waffle wagon "
    "walrus willow wizard yogurt zipper almond badger banner bishop bonnet button cabin camel canvas castor cellar "
    "cherub chimney clover cookie coral cymbal dancer donkey fabric ferret fiddle finger flagon forest gadget "
    "gallop garlic gazelle giraffe hatchet herring hollow honey hunter jelly ketchup kingdom leopard lizard "
    "lumber mantle maple marsh meadow mitten monkey mosaic muffin mustang nickel nugget orbit otter oxide panda "
    "pantry parcel pastry peanut pelican piston plaster pocket potter powder puddle puppet quarry radish raisin "
    "ranger ripple rocker saffron sailor scarlet sickle signal sketch slipper sponge stable stork summit swallow "
    "sweater syrup tailor target tavern ticket toffee torch trellis tundra turban vessel village vulture "
    "wallet warden weasel yarn zenith"
)
HELD_WORDS = _list(
    "emerald panther sapphire compass lavender meteor penguin tornado volcano whisper lobster mustard trumpet diamond "
    "blanket cabbage jackal buffalo cinnamon platinum"
)

COLORS = _list("red blue green yellow white black brown pink purple gray silver golden orange")
LOOKS = _list(
    "small big old new bright dark quiet warm cold strange lovely heavy shiny broken wooden round tiny long dusty "
    "soft clean short narrow rusty"
)
THINGS = _list(
    "ball kite book box key lamp hat coat basket bag cup drum flute map clock ring coin stone shell feather toy bell "
    "rope candle mirror letter bottle spoon knife brush boat cart wheel ladder hammer bucket umbrella scarf chair "
    "table painting puzzle doll whistle lantern"
)
PLACES = _list(
    "park garden forest market library school kitchen barn harbor village valley museum station bakery castle river "
    "lake beach meadow orchard farm tower bridge cave hill island lighthouse theater church workshop stable attic "
    "cellar field pond playground mill"
)
CONTAINERS = _list("jar box bag chest drawer basket bottle cup bucket case pot barrel trunk crate purse sack")
ANIMALS = _list(
    "dog cat bird horse cow sheep goat rabbit fox bear mouse duck frog owl goose pig donkey squirrel turtle wolf deer "
    "hen pony"
)
FOODS = _list(
    "pie bread soup cheese honey rice salad cookie sandwich carrot berry jam potato pancake apple cake peach egg"
)
JOBS = _list(
    "farmer teacher baker doctor sailor painter gardener carpenter singer driver cook fisherman writer nurse tailor "
    "builder soldier shopkeeper"
)

#: What can be a favorite, and values. The values of the app's needles (mango, tea, tennis, ...) are not among them.
FAVORITES = {
    "fruit": _list("apple banana pear fig lime apricot lemon quince coconut raspberry"),
    "drink": _list("water wine beer punch syrup broth soda lemon"),
    "sport": _list("football rugby swimming boxing baseball running sailing fencing archery judo"),
    "flower": _list("poppy jasmine lotus peony clover lilac marigold thistle"),
    "instrument": _list("trombone banjo organ fiddle bassoon oboe bugle lute"),
    "color": COLORS,
    "animal": ANIMALS,
    "food": FOODS,
    "city": CITIES,
    "word": WORDS,
    "tool": _list("hammer shovel saw chisel rake drill hoe axe"),
    "tree": _list("oak maple willow cedar birch elm pine ash"),
    "bird": _list("sparrow raven owl robin heron crow stork finch"),
}
HELD_FAVORITES = {
    "fruit": _list("mango cherry grape melon orange plum kiwi papaya"),
    "drink": _list("tea coffee milk juice cider cocoa lemonade"),
    "sport": _list("tennis hockey chess golf rowing cricket skating"),
    "flower": _list("rose tulip lily daisy orchid violet iris"),
    "instrument": _list("piano violin guitar drum flute cello harp"),
}

SYLLABLES = _list(
    "ba be bi bo bra bri bro bu bel cla cor cre da de di do dra dru el en fa fen fi flo fra gal gen go gri gu ha hel "
    "hi ho in ja jo ka kel ki ko kor kra la lan len li lo lor lu ma mar me mi mo mor na nel ni no nor o or pa pel pi "
    "po pra pro qua ra rel ri ro ru sa sel shi sku so sta su ta tar tel ti to tor tri tu u ur va vel vi vo wa wen wi "
    "xa yor za zel zi zo"
)


def new_name(random):
    """A name that exists nowhere, of two or three syllables."""
    return "".join(random.choice(SYLLABLES) for _ in range(random.choice((2, 2, 3)))).capitalize()
