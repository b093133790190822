import { megabytes } from '../gpu/buffers';
import { TroubleError } from '../trouble';
import type { GpuModel } from './gpu-model';
import { keptWindows } from './kept-windows';
import { MAX_CHUNK, PAGE_SLOTS } from './kernels';
import { fittingLength, mostBufferBytes, runMemory } from './memory-plan';
import { ROPE_POSITIONS } from './rope-table';
import type { RunOptions } from './run-options';
import { needsContext, reindexes, type Strategy } from './strategy';

/**
 * First and smallest chunk: the tile of the matrix product, so that less would cost as much. Where windows
 * bound the cache it is the only one: what the cache holds then never depends on the clock.
 */
export const MIN_CHUNK = 32;

/** Tokens of every chunk, where results depend on it or the caller fixed it; null: as the adapter's speed allows. */
export function fixedChunk({ strategy, chunk }: RunOptions, { config }: GpuModel): number | null {
  const { prefill, cache, decode } = strategy;
  const asked = cache.round ?? chunk;
  if (asked !== undefined) return asked;
  if (prefill.parts.length > 0 || decode.wholeChunks) return MAX_CHUNK;
  const windows = keptWindows(strategy, config);
  const bounded = windows.some(({ recent, byModel }) => Number.isFinite(recent) && !byModel);
  return bounded ? MIN_CHUNK : null;
}

/** Slots that each head may fill at once, in a text of `length` tokens. */
export function headCapacities(options: RunOptions, model: GpuModel, length: number): number[] {
  const { strategy } = options;
  const chunk = fixedChunk(options, model) ?? MAX_CHUNK;
  return keptWindows(strategy, model.config).map(({ sinks, recent }) => {
    // A windowed head fills sinks and window, the chunk being read, and what its last pages have to spare.
    const windowed = sinks + recent + chunk + 2 * PAGE_SLOTS;
    return Math.min(length, windowed, strategy.cache.most ?? Number.POSITIVE_INFINITY);
  });
}

/**
 * Whether the adapter allows every buffer of a run, before any is allocated.
 * @param capacities as `headCapacities` gives them
 * @throws TroubleError `adapter-too-small` that offers what would fit
 */
export function checkBuffers(
  { config, precision, device }: GpuModel,
  length: number,
  { inspect, maxTokens }: RunOptions,
  capacities: number[],
): void {
  const valueBytes = precision === 'f16' ? 2 : 4;
  const most = mostBufferBytes(device.limits);
  const { kv, work, inspection } = runMemory(config, length, capacities, valueBytes);
  const tooLarge = ({ bytes }: { bytes: number }) => bytes > most;
  const found = [...kv, ...work, ...(inspect ? inspection : [])].find(tooLarge);
  if (!found) return;
  const shorter = Math.max(1, fittingLength(config, valueBytes, most) - maxTokens);
  const bounded = { do: 'use-preset', preset: 'streaming-llm', label: 'Use StreamingLLM' } as const;
  throw new TroubleError(
    'adapter-too-small',
    `Run: ${length} tokens need “${found.label}” of ${megabytes(found.bytes)} in one buffer, this adapter allows ${megabytes(most)}.`,
    'Use a shorter prompt, a cache policy with a budget, or a smaller model.',
    [
      // A window bounds the cache, not the copies for maps of the past.
      ...(kv.some(tooLarge) && !inspection.some(tooLarge) ? [bounded] : []),
      { do: 'set-length', length: shorter, label: `Use ${shorter} tokens` },
    ],
  );
}

export function checkIds(ids: ArrayLike<number>, vocabSize: number): void {
  if (ids.length === 0) {
    throw new TroubleError('bad-input', 'The prompt is empty.', 'Give at least one token.');
  }
  for (let i = 0; i < ids.length; i++) {
    if (!Number.isInteger(ids[i]) || ids[i] < 0 || ids[i] >= vocabSize) {
      throw new TroubleError(
        'bad-input',
        `Token ${i} is ${ids[i]}; this model's ids go from 0 to ${vocabSize - 1}.`,
        'Use ids of this model’s own tokenizer.',
      );
    }
  }
}

/** @throws TroubleError `bad-input` where the strategy moves positions that this model cannot move. */
export function checkPositions({ config }: GpuModel, strategy: Strategy): void {
  const { positions, local } = config;
  if (positions.kind === 'learned') {
    if (!reindexes(strategy) && !strategy.score.rope) return;
    throw new TroubleError(
      'bad-input',
      'This strategy moves or rescales positions, but this model has learned one vector for each position and adds it to the text: no key can be moved afterwards.',
      'Choose a strategy whose positions are those of the text, or a model with rotary positions.',
    );
  }
  const scaling = positions.rotation.scaling ?? local?.rotation?.scaling;
  if (strategy.score.rope && scaling) {
    throw new TroubleError(
      'bad-input',
      `This score rule rescales rotary angles as they were trained, but this model's file rescales them already (${scaling.type}).`,
      'Choose another score rule, or a model without rope_scaling.',
    );
  }
}

/**
 * Positions of the text end with the model's context; positions in a bounded cache do not.
 * @param capacity entries that the fullest head may hold
 */
export function checkContext(
  { config }: GpuModel,
  { ids, strategy, maxTokens }: RunOptions,
  capacity: number,
): void {
  const { contextLength } = config;
  const inCache = strategy.cache.positions === 'reindexed';
  const reach = inCache ? capacity : ids.length + maxTokens;
  if (reach > ROPE_POSITIONS) {
    throw new TroubleError(
      'prompt-too-long',
      `Positions up to ${reach} are needed; Needlescope can compute ${ROPE_POSITIONS}.`,
      'Use a shorter prompt or a smaller window.',
    );
  }
  if (inCache) {
    const { sinks, recent } = strategy.cache.windowOf(0, 0);
    const most = Math.min(sinks + recent, strategy.cache.most ?? Number.POSITIVE_INFINITY);
    if (ids.length > contextLength && most > contextLength) {
      throw new TroubleError(
        'prompt-too-long',
        `The cache may hold ${most} entries, the model's context is ${contextLength} tokens.`,
        'Keep fewer entries.',
      );
    }
    return;
  }
  if (ids.length > contextLength && needsContext(strategy)) {
    const over = ids.length - contextLength;
    const movable = config.positions.kind === 'rotary';
    throw new TroubleError(
      'prompt-too-long',
      `The prompt has ${ids.length} tokens, ${over} more than the model's context of ${contextLength}.`,
      movable
        ? 'StreamingLLM counts positions inside its cache and can go on; or cut the prompt.'
        : 'Cut the prompt: the model has learned no further positions.',
      [
        ...(movable
          ? [{ do: 'use-preset', preset: 'streaming-llm', label: 'Use StreamingLLM' } as const]
          : []),
        { do: 'set-length', length: contextLength, label: `Cut to ${contextLength} tokens` },
      ],
    );
  }
}
