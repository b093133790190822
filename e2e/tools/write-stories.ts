// Writes public/haystacks/stories.txt: `npx tsx e2e/tools/write-stories.ts`. The embedded model learned half
// of its English from stories of this kind, so they are the haystack that it reads most easily.
import { writeFileSync } from 'node:fs';
import { createRandom } from '../../src/needle/random';

const STORIES = 220;
const random = createRandom(1);

const words = {
  girl: 'Anna Lily Emma Rosa Alice Nora Clara Ruby Grace Helen Lucy Molly Nina Elena Priya Hana'.split(
    ' ',
  ),
  boy: 'Tom Ben Sam Max Leo Jack Oscar Peter Henry Felix Hugo Simon Martin Omar Ravi Marco'.split(
    ' ',
  ),
  place:
    'park garden forest market library school barn harbor village valley museum bakery castle river lake beach meadow orchard farm tower bridge cave lighthouse workshop pond'.split(
      ' ',
    ),
  look: 'small big old new bright dark quiet warm cold strange lovely heavy shiny broken wooden round tiny long dusty'.split(
    ' ',
  ),
  color: 'red blue green yellow white black brown pink purple gray'.split(' '),
  thing:
    'ball kite book box key lamp hat coat basket bag drum flute map clock ring coin stone shell feather toy bell rope candle mirror letter bottle spoon cart ladder scarf chair puzzle doll whistle lantern'.split(
      ' ',
    ),
  animal: 'dog cat bird horse cow goat rabbit bear duck frog pig donkey squirrel turtle hen'.split(
    ' ',
  ),
  food: 'cake pie bread soup cheese honey rice salad jam cookies carrots berries potatoes pancakes'.split(
    ' ',
  ),
  feeling:
    'happy sad tired hungry proud surprised lonely brave calm worried curious sleepy thirsty cheerful'.split(
      ' ',
    ),
  job: 'farmer teacher baker doctor sailor painter gardener carpenter singer driver cook fisherman writer nurse tailor builder'.split(
    ' ',
  ),
  kin: 'mother father brother sister uncle aunt grandmother grandfather cousin neighbor'.split(' '),
  count: 'two three four five six seven eight nine ten'.split(' '),
  skill: [
    'swim',
    'dance',
    'sing',
    'paint',
    'write letters',
    'ride a horse',
    'bake bread',
    'play the drum',
    'tell stories',
    'build a boat',
    'fly a kite',
  ],
  rule: [
    'be kind to others',
    'look twice before crossing the road',
    'share what you have',
    'tell the truth',
    'keep a promise',
    'be patient',
    'ask for help',
  ],
  sky: [
    'The sun was shining.',
    'It was raining.',
    'The wind was cold.',
    'Snow was falling.',
    'The stars were bright.',
    'It was a hot day.',
  ],
  when: [
    'One day',
    'One morning',
    'One evening',
    'Last summer',
    'On a cold winter day',
    'After school',
    'Long ago',
    'In the spring',
  ],
  next: ['Then', 'After that', 'Soon', 'A little later', 'Suddenly', 'The next day', 'That night'],
  how: 'slowly quickly quietly carefully happily loudly gently bravely'.split(' '),
  says: 'said whispered shouted answered cried replied'.split(' '),
};
type Word = keyof typeof words;

const OPENINGS = [
  '[when], [A] walked to the [place] with a [color] [thing].',
  '[A] was a [look] [job] who lived by the [place] with [count] [animal]s.',
  '[A] and [B] were good friends, and they lived near the [place].',
  '[when], [A] and [B] found a [look] [thing] under the [thing2].',
  'There was once a [job] named [A] who wanted to [skill].',
  '[when], a [look] [animal] came out of the [place] and looked at [A].',
  'Every morning, [A] went to the [place] to [skill].',
];
const MIDDLES = [
  '[sky]',
  '[A] had a [color] [thing] in [his] bag.',
  '[He] put the [thing] on the table and looked at it for a long time.',
  '"Where is my [thing]?" [says] [A].',
  '"I saw it near the [place]," [says] [B].',
  '"We must go to the [place2] before dinner," [says] [B] [how].',
  '[next], a [look] [animal] ran along the road to the [place2].',
  '[next], they heard a [look] sound behind the [thing2].',
  '[B] was [feeling], but [A] was not afraid.',
  'The [job] gave them some [food] and a [thing2].',
  'They ate the [food] and talked about the [animal].',
  '[A] wanted to [skill], and [B] helped [him].',
  '[next], the [animal] went inside the [place2] and slept by the fire.',
  'There were [count] [thing]s and a [color] [thing2] in the [place2].',
  '[He] counted the [animal]s and found only [count].',
  'An old [job] came to the door and asked for some [food].',
  "[A]'s [kin] had told [him] a story about the [place].",
  'The road to the [place2] was long, and the [thing] was heavy.',
  '[B] opened the [look] [thing2] and found a letter inside.',
  'Nobody in the [place] knew how to [skill].',
  '[next], [B] gave the [thing] to the [job] and smiled.',
  '[He] walked [how] over the bridge and waited for [B].',
  'They looked for the [animal] in the [place] and in the [place2].',
  'The [animal] was [feeling] because the [food] was gone.',
  '[B] made a [color] [thing] for [A].',
  'At the [place2], a [job] was selling [food].',
];
const ENDINGS = [
  'In the end, [A] was [feeling], and [B] was [feeling] too.',
  'That night, they ate [food] and went to sleep.',
  'From that day on, the [animal] lived with [A].',
  '[A] learned to [rule].',
  '"We should always [rule]," [says] [B].',
  '[A] took the [thing] home and never lost it again.',
];

function story(): string {
  const girl = random.pick(words.girl);
  const boy = random.pick(words.boy);
  const girlFirst = random.next() < 0.5;
  // Words that stay the same through a story; all others are drawn anew each time.
  const fixed: Record<string, string> = {
    A: girlFirst ? girl : boy,
    B: girlFirst ? boy : girl,
    He: girlFirst ? 'She' : 'He',
    his: girlFirst ? 'her' : 'his',
    him: girlFirst ? 'her' : 'him',
  };
  for (const word of ['place', 'thing', 'animal', 'job', 'food', 'skill', 'rule'] as const) {
    fixed[word] = random.pick(words[word]);
  }
  fixed.place2 = random.pick(words.place.filter((place) => place !== fixed.place));
  fixed.thing2 = random.pick(words.thing.filter((thing) => thing !== fixed.thing));
  const fill = (template: string) =>
    template
      .replace(/\[(\w+)\]/g, (_, word: string) => fixed[word] ?? random.pick(words[word as Word]))
      .replace(/\b([Aa]) (?=[aeiou])/g, '$1n ');
  const pool = [...MIDDLES];
  const middles = Array.from(
    { length: 5 + random.below(8) },
    () => pool.splice(random.below(pool.length), 1)[0],
  );
  return [random.pick(OPENINGS), ...middles, random.pick(ENDINGS)].map(fill).join(' ');
}

const file = new URL('../../public/haystacks/stories.txt', import.meta.url);
writeFileSync(file, `${Array.from({ length: STORIES }, story).join('\n')}\n`);
