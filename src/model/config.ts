import { TroubleError } from '../trouble';

/** What the engine needs to know of a Llama-family model; names follow the checkpoint's `config.json`. */
export interface ModelConfig {
  vocabSize: number;
  hiddenSize: number;
  intermediateSize: number;
  layers: number;
  heads: number;
  kvHeads: number;
  headDim: number;
  /** Longest position the model was made for, in tokens. */
  contextLength: number;
  rmsNormEps: number;
  ropeTheta: number;
  tiedEmbeddings: boolean;
  /** Id that begins every text, or null. */
  bosId: number | null;
  /** Ids that end generation. */
  eosIds: number[];
}

type Fields = Record<string, unknown>;

/** Above these a number in the file is a mistake, not a model that anybody could load here. */
const LARGEST = {
  vocab_size: 1 << 20,
  hidden_size: 1 << 16,
  intermediate_size: 1 << 18,
  num_hidden_layers: 1024,
  num_attention_heads: 1024,
  num_key_value_heads: 1024,
  head_dim: 1024,
  max_position_embeddings: 1 << 24,
} as const;
type SizeField = keyof typeof LARGEST;

/**
 * Reads a Hugging Face `config.json` of a Llama model; absent fields take that library's defaults.
 * @throws TroubleError `model-unsupported` for a model of another kind, `model-damaged` for values that
 *   cannot be; both name the field, what was expected and what was found.
 */
export function parseConfig(json: unknown): ModelConfig {
  if (!isFields(json)) return damaged('the file', 'a JSON object', json);
  refuseOtherKinds(json);
  const hiddenSize = size(json, 'hidden_size');
  const heads = size(json, 'num_attention_heads');
  const kvHeads = size(json, 'num_key_value_heads', heads);
  if (heads % kvHeads !== 0) {
    damaged('num_key_value_heads', `a divisor of num_attention_heads (${heads})`, kvHeads);
  }
  const headDim = size(json, 'head_dim', hiddenSize / heads);
  if (headDim % 4 !== 0) unsupported('head_dim', 'a multiple of 4', headDim);
  const vocabSize = size(json, 'vocab_size');
  return {
    vocabSize,
    hiddenSize,
    intermediateSize: size(json, 'intermediate_size'),
    layers: size(json, 'num_hidden_layers'),
    heads,
    kvHeads,
    headDim,
    contextLength: size(json, 'max_position_embeddings', 2048),
    rmsNormEps: positive(json, 'rms_norm_eps', 1e-6),
    ropeTheta: positive(ropeFields(json), 'rope_theta', 10_000),
    tiedEmbeddings: flag(json, 'tie_word_embeddings'),
    bosId: tokenIds(json, 'bos_token_id', 1, vocabSize)[0] ?? null,
    eosIds: tokenIds(json, 'eos_token_id', 2, vocabSize),
  };
}

function refuseOtherKinds(json: Fields): void {
  if (json.model_type !== 'llama') unsupported('model_type', '"llama"', json.model_type);
  const { architectures, rope_scaling: scaling, rope_parameters: rope } = json;
  if (Array.isArray(architectures) && !architectures.includes('LlamaForCausalLM')) {
    unsupported('architectures', '["LlamaForCausalLM"]', architectures);
  }
  if (given(json.hidden_act) && json.hidden_act !== 'silu') {
    unsupported('hidden_act', '"silu"', json.hidden_act);
  }
  for (const field of ['attention_bias', 'mlp_bias']) {
    if (flag(json, field)) unsupported(field, 'false', true);
  }
  if (given(json.quantization_config)) {
    unsupported('quantization_config', 'none (weights in F32, F16 or BF16)', 'one');
  }
  for (const [field, value] of Object.entries({ rope_scaling: scaling, rope_parameters: rope })) {
    if (!given(value)) continue;
    const type = isFields(value) ? (value.rope_type ?? value.type ?? 'default') : value;
    if (type !== 'default') unsupported(`${field}.rope_type`, '"default"', type);
  }
  for (const [name, fields] of [
    ['partial_rotary_factor', json],
    ['rope_parameters.partial_rotary_factor', ropeFields(json)],
  ] as const) {
    const factor = fields.partial_rotary_factor;
    if (given(factor) && factor !== 1) unsupported(name, '1', factor);
  }
}

/** Newer files keep `rope_theta` inside `rope_parameters`. */
function ropeFields(json: Fields): Fields {
  const { rope_parameters: rope } = json;
  return isFields(rope) && given(rope.rope_theta) ? rope : json;
}

function size(json: Fields, field: SizeField, missing?: number): number {
  const value = given(json[field]) ? json[field] : missing;
  const largest = LARGEST[field];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > largest) {
    return damaged(field, `a whole number from 1 to ${largest}`, value);
  }
  return value;
}

function positive(json: Fields, field: string, missing: number): number {
  const value = given(json[field]) ? json[field] : missing;
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) {
    return damaged(field, 'a positive number', value);
  }
  return value;
}

function flag(json: Fields, field: string): boolean {
  const value = json[field] ?? false;
  return typeof value === 'boolean' ? value : damaged(field, 'true or false', value);
}

/** Absent: the library's default; null: none. */
function tokenIds(json: Fields, field: string, missing: number, vocabSize: number): number[] {
  const value = field in json ? json[field] : missing;
  if (value === null) return [];
  return (Array.isArray(value) ? value : [value]).map((id: unknown) =>
    typeof id === 'number' && Number.isInteger(id) && id >= 0 && id < vocabSize
      ? id
      : damaged(field, `ids from 0 to ${vocabSize - 1}`, value),
  );
}

function given(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sentence(field: string, expected: string, found: unknown): string {
  const shown = found === undefined ? 'nothing' : JSON.stringify(found);
  return `config.json: ${field} must be ${expected}, found ${shown}.`;
}

function damaged(field: string, expected: string, found: unknown): never {
  throw new TroubleError(
    'model-damaged',
    sentence(field, expected, found),
    'Fetch the model again, or choose another one.',
  );
}

function unsupported(field: string, expected: string, found: unknown): never {
  throw new TroubleError(
    'model-unsupported',
    sentence(field, expected, found),
    'Needlescope runs models of the Llama family without biases or scaled positions. Choose one of those.',
  );
}
