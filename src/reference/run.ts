/**
 * A whole run of the model under methods of all four axes, chunk by chunk and then token by token, with a
 * real cache: one list of entries per layer and KV head. Slow on purpose; the oracle of the engine's runs.
 */
import { layerWindow, type ModelConfig } from '../model/config';
import { layerAngles } from './angles';
import { EvictionLog } from './eviction-log';
import { rotate, softCap, softmax } from './formulas';
import { keepAll } from './methods/cache/keep-all';
import type {
  CacheEntries,
  CacheEntry,
  CacheMethod,
  PairMask,
  PrefillView,
  PromptParts,
  ReferenceMethods,
  ScoreMethod,
} from './methods/method';
import { ReferenceModel, type ReferenceWeights } from './model';
import { dot } from './vectors';

/** Once the cache is compressed, the rest of the prompt is read in pieces of at most so many tokens. */
export const QUESTION_PIECE = 32;

type Row = Map<number, number>;

export class ReferenceRun {
  /** [vocab], after the newest token. */
  logits: Float64Array = new Float64Array(0);
  entries: CacheEntries;
  /** weights[layer][head][query]: the row's weights by position, before a score rule edits them. */
  readonly weights: Row[][][];
  /** logSumExp[layer][head][query] of the scores. */
  readonly logSumExp: number[][][];
  /** pairs[layer][head]: pairs of query and entry computed while the prompt was read. */
  readonly pairs: number[][];
  /** reads[step][layer][head]: positions of the entries that a decode step read. */
  readonly reads: number[][][][] = [];
  readonly evictions: EvictionLog;
  /** Tokens fed so far. */
  position = 0;

  private readonly methods: ReferenceMethods & { cache: CacheMethod; score: ScoreMethod };
  /** Keys are cached unrotated, and rotated by their place in the list that a query sees. */
  private readonly reindexed: boolean;
  private readonly rotate: (layer: number, vector: Float64Array, position: number) => Float64Array;
  private readonly model: ReferenceModel;
  private readonly compressAt: number;
  /** columns[layer][head]: what each position got so far, for score rules that edit. */
  private readonly columns: Map<number, { sum: number; rows: number }>[][];

  /** @param length longest text of the run, in tokens */
  constructor(
    private readonly config: ModelConfig,
    tensors: ReferenceWeights,
    methods: ReferenceMethods,
    private readonly parts: PromptParts,
    length: number,
  ) {
    const { cache = keepAll(), score = {}, decode } = methods;
    this.methods = { ...methods, cache, score };
    this.reindexed = cache.positions === 'reindexed' || decode?.positions === 'reindexed';
    const rope = score.rope?.(length);
    this.model = new ReferenceModel(config, tensors);
    const angles = this.model.layers.map((_, layer) => {
      const { frequencies, scale } = layerAngles(config, layer, parts.length);
      return {
        frequencies: frequencies.map((trained, pair) => rope?.frequency(pair) ?? trained),
        scale: rope?.scale ?? scale,
      };
    });
    this.rotate = (layer, vector, position) =>
      rotate(vector, position, angles[layer].frequencies, angles[layer].scale);
    this.compressAt = cache.compressAfter === 'context' ? parts.context : parts.length;
    const perLayer = <T>(count: number, make: () => T): T[][] =>
      Array.from({ length: config.layers }, () => Array.from({ length: count }, make));
    this.entries = perLayer(config.kvHeads, () => []);
    this.weights = perLayer(config.heads, () => []);
    this.logSumExp = perLayer(config.heads, () => []);
    this.pairs = perLayer(config.heads, () => 0);
    this.evictions = new EvictionLog(config.layers, config.kvHeads);
    this.columns = perLayer(config.heads, () => new Map());
  }

  /** Reads the whole prompt. No chunk reaches over the point where the cache is compressed. */
  read(ids: ArrayLike<number>, chunk = 512): void {
    const { parts, compressAt } = this;
    if (ids.length !== parts.length) {
      throw new Error(`The prompt has ${parts.length} tokens, found ${ids.length}.`);
    }
    while (this.position < ids.length) {
      const start = this.position;
      const end =
        start < compressAt
          ? Math.min(start + chunk, compressAt)
          : Math.min(start + Math.min(chunk, QUESTION_PIECE), ids.length);
      this.feed(Array.from(ids).slice(start, end), null);
    }
    this.methods.decode?.promptRead?.(this.entries, parts);
  }

  /** Feeds one more token back. */
  decode(id: number): void {
    const step = this.reads.length;
    this.reads.push([]);
    this.feed([id], step);
  }

  /** @param step of decode; null while the prompt is read */
  private feed(ids: number[], step: number | null): void {
    const { config, compressAt, position: start } = this;
    const { cache } = this.methods;
    const { makeRoom } = cache;
    this.change(makeRoom && ((entries) => makeRoom(entries, ids.length)));
    let x = ids.map((id, i) => this.model.embed(id, start + i));
    for (let layer = 0; layer < config.layers; layer++) x = this.runLayer(layer, x, step);
    this.position += ids.length;
    this.entries = this.entries.map((lists, layer) =>
      // What the newest query saw is held; the next one may still leave its oldest entry out.
      lists.map((list, kvHead) => visible(list, list.length - 1, cache.window(layer, kvHead))),
    );
    this.finish(ids, x);
    if (this.position < compressAt) return;
    this.change(start < compressAt ? cache.compress : cache.afterTokens);
  }

  /** Lets the policy drop entries, and notes which went and why. */
  private change(drop: ((entries: CacheEntries) => CacheEntries) | undefined): void {
    if (!drop) return;
    const before = this.entries;
    const ranks = before.map((lists, layer) =>
      lists.map((list, kvHead) => this.methods.cache.ranks?.(layer, kvHead, list) ?? null),
    );
    this.entries = drop(before);
    this.evictions.drop(before, this.entries, this.position, ranks);
  }

  /** Logits after the last of the fed tokens; each token's surprisal for a cache that asks. */
  private finish(ids: number[], x: Float64Array[]): void {
    const { cache } = this.methods;
    const logitsOf = (row: Float64Array) => this.model.logits(row);
    if (cache.surprisal) {
      ids.forEach((id, row) => {
        const before = row === 0 ? this.logits : logitsOf(x[row - 1]);
        const value = before.length === 0 ? null : softmax([...before]).logSumExp - before[id];
        cache.surprisal?.(this.position - ids.length + row, value);
      });
    }
    this.logits = logitsOf(x[x.length - 1]);
  }

  /** One layer: from the rows x of the tokens from `position` on to those behind it. */
  private runLayer(layer: number, x: Float64Array[], step: number | null): Float64Array[] {
    const { config, position: start } = this;
    const { cache, score } = this.methods;
    const steps = this.model.layers[layer];
    const projected = x.map((row) => steps.project(row));
    const queries = Array.from({ length: config.heads }, (_, head) =>
      projected.map((own, i) => {
        const factor = score.queryScale?.(layer, start + i) ?? 1;
        return own.queries[head].map((value) => value * factor);
      }),
    );
    this.entries = this.entries.with(
      layer,
      this.entries[layer].map((list, kvHead) => [
        ...list,
        ...projected.map((own, i): CacheEntry => {
          const key = own.keys[kvHead];
          return {
            position: start + i,
            key: this.reindexed ? key : this.rotate(layer, key, start + i),
            value: own.values[kvHead],
            bias: 0,
          };
        }),
      ]),
    );
    const rows = this.attend(layer, queries, step);
    const outputs = this.outputs(layer, rows);
    cache.observe?.({ layer, start, weights: rows, parts: this.parts });
    return x.map((row, i) => steps.finish(row, outputs[i]));
  }

  /**
   * @param queries [head][row], not rotated
   * @returns weights[head][row] by position
   */
  private attend(layer: number, queries: Float64Array[][], step: number | null): Row[][] {
    const { config, position: start } = this;
    const { cache, score, decode } = this.methods;
    const rows = queries[0].length;
    const mask = step === null ? this.pairMask(layer, queries) : null;
    const selection = step === null ? null : this.select(layer, queries, step);
    // Under a re-indexing selection the places in the list that is read count, not those in the cache.
    const compact = selection !== null && decode?.positions === 'reindexed';
    const weights: Row[][] = queries.map(() => []);
    const group = config.heads / config.kvHeads;
    const temperature = score.temperature ?? 1;
    const near = layerWindow(config, layer);

    for (let kvHead = 0; kvHead < config.kvHeads; kvHead++) {
      const list = this.entries[layer][kvHead];
      for (let row = 0; row < rows; row++) {
        const own = list.length - rows + row;
        const window = cache.window(layer, kvHead);
        const cached = visible(list, own, window);
        this.noteHidden(layer, kvHead, list.slice(0, own + 1), cached, start + row);
        const placed = this.place(layer, cached);
        for (let head = kvHead * group; head < (kvHead + 1) * group; head++) {
          // A head with a window reads all of it, whatever a selection says.
          const indices = Number.isFinite(window.recent) ? undefined : selection?.[head];
          let seen = placed;
          if (mask) seen = placed.filter((entry) => mask(head, row, entry.position));
          if (indices) seen = indices.map((index) => placed[index]);
          if (indices && compact)
            seen = this.place(
              layer,
              indices.map((index) => cached[index]),
            );
          const place = (compact ? seen : placed).length - 1;
          seen = seen.filter(({ position }) => start + row - position < near);
          const query = this.rotate(
            layer,
            queries[head][row],
            this.reindexed ? place : start + row,
          );
          const scores = seen.map(
            (entry) =>
              softCap(dot(query, entry.key) * config.scoreScale, config.scoreCap) / temperature +
              entry.bias +
              (score.bias?.(layer, head, entry.position, this.parts) ?? 0),
          );
          const result = softmax(scores);
          weights[head].push(
            new Map(seen.map((entry, index) => [entry.position, result.weights[index]])),
          );
          this.logSumExp[layer][head].push(result.logSumExp);
          if (step === null) this.pairs[layer][head] += seen.length;
        }
      }
    }
    weights.forEach((own, head) => {
      this.weights[layer][head].push(...own);
    });
    if (step !== null) {
      this.reads[step].push(weights.map(([row]) => [...row.keys()]));
    }
    return weights;
  }

  /** Entries before a query that its window hides. */
  private noteHidden(
    layer: number,
    kvHead: number,
    before: CacheEntry[],
    seen: CacheEntry[],
    query: number,
  ): void {
    const hidden = before.filter((entry) => !seen.includes(entry));
    const positions = hidden.map(({ position }) => position);
    this.evictions.hide(layer, kvHead, positions, query);
  }

  /** outputs[row]: f64[heads * headDim], the values summed by the weights that the score rule leaves. */
  private outputs(layer: number, rows: Row[][]): Float64Array[] {
    const { config } = this;
    const { heads, headDim } = config;
    const { score } = this.methods;
    const outputs = rows[0].map(() => new Float64Array(heads * headDim));
    rows.forEach((own, head) => {
      if (score.maskedHeads?.some((m) => m.layer === layer && m.head === head)) return;
      const kvHead = Math.floor(head / (heads / config.kvHeads));
      const values = new Map(
        this.entries[layer][kvHead].map(({ position, value }) => [position, value]),
      );
      this.edited(layer, head, own).forEach((weights, row) => {
        for (const [position, weight] of weights) {
          values.get(position)?.forEach((part, i) => {
            outputs[row][head * headDim + i] += weight * part;
          });
        }
      });
    });
    return outputs;
  }

  /** Rows after the score rule; a pair that was not computed counts in no column. */
  private edited(layer: number, head: number, rows: Row[]): Row[] {
    const { score } = this.methods;
    if (!score.edit) return rows;
    const columns = this.columns[layer][head];
    for (const row of rows) {
      for (const [position, weight] of row) {
        const column = columns.get(position) ?? { sum: 0, rows: 0 };
        columns.set(position, { sum: column.sum + weight, rows: column.rows + 1 });
      }
    }
    return rows.map((row) => score.edit?.(layer, head, row, columns) ?? row);
  }

  /**
   * Shows the chunk to the prefill pattern and to the decode selection; neither sees a layer from which
   * something was evicted, nor what is read after the cache was compressed.
   * @returns the pattern's mask; null for all pairs
   */
  private pairMask(layer: number, queries: Float64Array[][]): PairMask | null {
    const { prefill, decode } = this.methods;
    const { position: start } = this;
    const lists = this.entries[layer];
    if (this.compressed || lists.some((list) => list.length < start + queries[0].length))
      return null;
    const view: PrefillView = {
      layer,
      start,
      queries: queries.map((own) =>
        own.map((query, row) => this.rotate(layer, query, start + row)),
      ),
      keys: lists.map((list) => this.place(layer, list).map((entry) => entry.key)),
      parts: this.parts,
    };
    const values = lists.map((list) => list.map((entry) => entry.value));
    decode?.observePrompt?.({ ...view, queries: this.reindexed ? queries : view.queries }, values);
    return prefill?.(view) ?? null;
  }

  /** Whether the moment has passed at which the cache drops what the prompt does not need. */
  private get compressed(): boolean {
    return this.position >= this.compressAt;
  }

  private select(layer: number, queries: Float64Array[][], step: number): number[][] | null {
    const { reindexed, position, parts } = this;
    const rotate = (vector: Float64Array, at: number) => this.rotate(layer, vector, at);
    const { decode } = this.methods;
    if (!decode) return null;
    return decode.select({
      layer,
      step,
      queries: queries.map(([query]) => (reindexed ? query : rotate(query, position))),
      entries: this.entries[layer],
      rotate,
      parts,
    });
  }

  /** The entries with their keys as attention uses them. */
  private place(layer: number, list: CacheEntry[]): CacheEntry[] {
    if (!this.reindexed) return list;
    return list.map((entry, index) => ({ ...entry, key: this.rotate(layer, entry.key, index) }));
  }
}

/** What a query whose own entry stands (or would stand) at index `own` of the list sees. */
function visible(
  list: CacheEntry[],
  own: number,
  { sinks, recent }: { sinks: number; recent: number },
): CacheEntry[] {
  return list.filter((_, index) => index <= own && (index < sinks || own - index < recent));
}
