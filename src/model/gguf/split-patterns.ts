/** How texts are split before bytes are merged, by the names that GGUF files give in `tokenizer.ggml.pre`. */

interface Split {
  /** Regular expressions, applied one after the other; matches and what lies between them are the parts. */
  patterns: string[];
  /** A part that is a token is one, whatever the merges say. Texts of these begin with BOS, if nothing else is said. */
  wholeFirst: boolean;
  /** Characters are composed first (NFC). */
  composed: boolean;
}

const CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
const UPPER = '[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]';
const LOWER = '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]';

/** Since GPT-4: words with the character before them, numbers of few digits, lines. */
function modern(digits: string): string {
  return [
    CONTRACTION,
    '[^\\r\\n\\p{L}\\p{N}]?\\p{L}+',
    digits,
    ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*',
    '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+',
  ].join('|');
}

/** Since GPT-4o: words are also split where small letters end. */
function cased(digits: string, contraction: string): string {
  return [
    `[^\\r\\n\\p{L}\\p{N}]?${UPPER}*${LOWER}+${contraction}`,
    `[^\\r\\n\\p{L}\\p{N}]?${UPPER}+${LOWER}*${contraction}`,
    digits,
    ' ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*',
    '\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+',
  ].join('|');
}

const plain = { wholeFirst: false, composed: false };
const SPLITS: [names: string[], split: Split][] = [
  [['gpt-2', 'mpt', 'olmo', 'phi-2', 'jais', 'gigachat'], { patterns: [GPT2], ...plain }],
  [
    ['smollm', 'starcoder', 'refact', 'command-r', 'codeshell', 'exaone'],
    { patterns: ['\\p{N}', GPT2], ...plain },
  ],
  [
    ['llama-bpe', 'llama3', 'llama-v3', 'falcon3', 'pixtral'],
    { patterns: [modern('\\p{N}{1,3}')], wholeFirst: true, composed: false },
  ],
  [['dbrx', 'smaug-bpe'], { patterns: [modern('\\p{N}{1,3}')], ...plain }],
  [
    ['qwen2', 'deepseek-r1-qwen', 'stablelm2', 'megrez'],
    { patterns: [modern('\\p{N}')], wholeFirst: false, composed: true },
  ],
  [['tekken'], { patterns: [cased('\\p{N}', '')], wholeFirst: true, composed: false }],
  [['gpt-4o', 'llama4'], { patterns: [cased('\\p{N}{1,3}', `${CONTRACTION}?`)], ...plain }],
  // Files without a name: what llama.cpp does with them.
  [
    ['default'],
    { patterns: ['[\\p{P}\\$\\+<=>\\^~\\|]+', GPT2, '\\p{N}+', '[0-9][0-9][0-9]'], ...plain },
  ],
];

/** @returns null for a name that is not known */
export function splitPatterns(name: string): Split | null {
  return SPLITS.find(([names]) => names.includes(name))?.[1] ?? null;
}
