import type { ModelConfig } from '../config';
import { Fields, words } from '../fields';
import type { ModelRoles } from '../roles';
import type { Family } from './family';
import { gemma2, gemma3, gemma3Pictures } from './gemma';
import { gptNeox } from './gpt-neox';
import { gpt2 } from './gpt2';
import { llama } from './llama';
import { mistral } from './mistral';
import { phi3 } from './phi3';
import { qwen2, qwen3 } from './qwen';

/** By the value of `model_type`. */
const FAMILIES: Record<string, Family> = {
  llama,
  mistral,
  qwen2,
  qwen3,
  gemma2,
  gemma3_text: gemma3,
  gemma3: gemma3Pictures,
  phi3,
  gpt2,
  gpt_neox: gptNeox,
};

/**
 * Reads a Hugging Face `config.json`; absent fields take that library's defaults.
 * @throws TroubleError `model-unsupported` for a model of another kind, `model-damaged` for values that
 *   cannot be; both name the field, what was expected and what was found.
 */
export function parseConfig(json: unknown): ModelConfig {
  const fields = Fields.of(json);
  const family = familyOf(fields);
  const named = fields.value('architectures');
  if (Array.isArray(named) && named.length > 0 && !named.includes(family.architecture)) {
    fields.unsupported('architectures', `["${family.architecture}"]`, named);
  }
  if (fields.given('quantization_config')) {
    fields.unsupported('quantization_config', 'none (weights in F32, F16 or BF16)', 'one');
  }
  return family.describe(fields);
}

/** What the tensors of a Hugging Face checkpoint of that model are for. */
export function rolesOf(config: ModelConfig): ModelRoles {
  return FAMILIES[config.family].roles(config);
}

/** The name that the roles know a stored tensor by. */
export function canonicalName({ family }: ModelConfig, name: string): string {
  const [found, meant] = FAMILIES[family].prefixes.find(([one]) => name.startsWith(one)) ?? [
    '',
    '',
  ];
  return meant + name.slice(found.length);
}

function familyOf(fields: Fields): Family {
  const type = fields.value('model_type');
  if (typeof type === 'string' && Object.hasOwn(FAMILIES, type)) return FAMILIES[type];
  return fields.unsupported('model_type', words(Object.keys(FAMILIES)), type);
}
