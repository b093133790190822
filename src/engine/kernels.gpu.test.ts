import { describe, expect, it } from 'vitest';
import { packStruct } from '../gpu/wgsl';
import { ropeFrequencies } from '../model/rotation';
import { matVec, rmsNorm, rope, silu } from '../reference/formulas';
import { randomStream } from '../reference/random-model';
import { candidates, sample } from '../reference/sampler';
import { samplingData } from './forward';
import { FRAME_CODE, HEAD_STATE, KERNELS, PAGE_SLOTS } from './kernels';
import { ropeTable } from './rope-table';
import { runKernel } from './run-kernel';
import { expectClose, matmulSizes, randomRows, row } from './testing-rows';

const { random, padded } = randomRows(randomStream(7));

/** The layer's uniform of a model as trained. */
const layerUniform = (index: number) =>
  packStruct(FRAME_CODE, 'Layer', {
    index,
    scale_per_log: 0,
    scale_least: 1,
    angles_at: 0,
    window: 0xffffffff,
    masked_heads: new Uint32Array(8),
    steered_heads: new Uint32Array(8),
  });

describe('linear', () => {
  for (const [tokens, width] of [
    [1, 4],
    [5, 37],
    [33, 260],
  ]) {
    it(`embed: ${tokens} tokens of width ${width}`, async () => {
      const vocab = 19;
      const table = padded(vocab, width);
      const ids = Uint32Array.from({ length: tokens }, (_, i) => (i * 7) % vocab);
      const { x } = await runKernel(KERNELS.embed, {
        constants: { IN4: table.stride / 4 },
        inputs: {
          ids,
          w: table.data,
          positions: table.data,
          x: new Float32Array(tokens * table.stride),
        },
        outputs: ['x'],
        workgroups: [Math.ceil(table.stride / 256), tokens],
      });
      const found = new Float32Array(x);
      ids.forEach((id, token) => {
        expectClose(
          row(found, token, table.stride, width),
          row(table.data, id, table.stride, width),
          0,
        );
      });
    });
  }

  for (const [tokens, inner, out, add] of [
    [1, 4, 1, 0],
    [33, 37, 45, 1],
    [70, 130, 65, 0],
    [31, 32, 32, 1],
  ]) {
    it(`matmul: ${tokens} × ${inner} · ${inner} × ${out}, add ${add}`, async () => {
      const x = padded(tokens, inner);
      const w = padded(out, inner);
      const y = random(tokens * out);
      const result = await runKernel(KERNELS.matmul, {
        constants: {},
        frame: { tokens },
        inputs: { x: x.data, w: w.data, y, bias: y, sizes: matmulSizes(x.stride, out, add) },
        outputs: ['y'],
        workgroups: [Math.ceil(out / 32), Math.ceil(tokens / 32)],
      });
      const found = new Float32Array(result.y);
      for (let token = 0; token < tokens; token++) {
        const product = matVec(w.data, row(x.data, token, x.stride, x.stride), out);
        const before = row(y, token, out, out);
        expectClose(
          row(found, token, out, out),
          product.map((value, i) => value + add * before[i]),
        );
      }
    });
  }

  for (const [tokens, inner, out, input, add] of [
    [1, 4, 1, 0, 0],
    [1, 37, 45, 0, 1],
    [3, 90, 7, 1, 0],
    [1, 512, 130, 1, 0],
    [1, 51, 33, 2, 1],
  ]) {
    it(`matvec: ${inner} → ${out}, input ${input}, add ${add}, last of ${tokens}`, async () => {
      const stride = Math.ceil(inner / 4) * 4;
      const parts = input === 2 ? 2 : 1;
      const x = padded(tokens * parts, inner);
      const w = padded(out, inner);
      const norm_weight = padded(1, inner).data;
      const y = random(out);
      const result = await runKernel(KERNELS.matvec, {
        constants: { IN4: stride / 4, OUT: out, INPUT: input, ADD: add, WIDTH: inner, EPS: 1e-5 },
        frame: { tokens },
        inputs: { x: x.data, w: w.data, y, norm_weight, bias: y },
        outputs: ['y'],
        workgroups: [Math.ceil(out / 16), 1],
      });
      const last = (tokens - 1) * parts;
      let value: Float64Array = row(x.data, last, stride, inner);
      if (input === 1) value = rmsNorm(value, norm_weight, 1e-5);
      if (input === 2) {
        const up = row(x.data, last + 1, stride, inner);
        value = value.map((gate, i) => silu(gate) * up[i]);
      }
      const full = new Float64Array(stride);
      full.set(value);
      const product = matVec(w.data, full, out).map((sum, i) => sum + add * y[i]);
      expectClose(new Float32Array(result.y), product);
    });
  }

  it('SwiGLU', async () => {
    const width = 70;
    const tokens = 3;
    const gateUp = padded(2 * tokens, width);
    const { y } = await runKernel(KERNELS.activate, {
      constants: { WIDTH4: gateUp.stride / 4 },
      inputs: { gate_up: gateUp.data, y: new Float32Array(tokens * gateUp.stride) },
      outputs: ['y'],
      workgroups: [Math.ceil(gateUp.stride / 256), tokens],
    });
    for (let token = 0; token < tokens; token++) {
      const gate = row(gateUp.data, 2 * token, gateUp.stride, width);
      const up = row(gateUp.data, 2 * token + 1, gateUp.stride, width);
      const expected = gate.map((value, i) => silu(value) * up[i]);
      expectClose(row(new Float32Array(y), token, gateUp.stride, width), expected);
    }
  });
});

describe('norm', () => {
  for (const [tokens, width] of [
    [1, 4],
    [3, 37],
    [2, 1000],
  ]) {
    it(`rms-norm: ${tokens} rows of ${width}`, async () => {
      const x = padded(tokens, width);
      const weight = padded(1, width).data;
      const { y } = await runKernel(KERNELS.norm, {
        constants: { WIDTH: width, WIDTH4: x.stride / 4, EPS: 1e-5 },
        inputs: { x: x.data, weight, y: new Float32Array(x.data.length) },
        outputs: ['y'],
        workgroups: [tokens, 1],
      });
      for (let token = 0; token < tokens; token++) {
        const expected = rmsNorm(row(x.data, token, x.stride, width), weight, 1e-5);
        expectClose(row(new Float32Array(y), token, x.stride, width), expected);
      }
    });
  }
});

describe('cache', () => {
  for (const [heads, kvHeads, headDim, tokens, before, reindexed] of [
    [1, 1, 4, 1, 0, 0],
    [6, 2, 12, 21, 27, 0],
    [8, 1, 20, 5, 16, 1],
  ]) {
    it(`append: ${tokens} tokens behind ${before}, heads of ${headDim}, reindexed ${reindexed}`, async () => {
      const parts = heads + 2 * kvHeads;
      const position = 1000;
      const theta = 10000;
      const stride = Math.ceil((before + tokens) / PAGE_SLOTS);
      const pages = 2 * kvHeads * stride;
      // Pages in reverse order, for the second of two layers.
      const pageTable = Uint32Array.from({ length: pages }, (_, i) => pages - 1 - i);
      const cacheTable = new Uint32Array(2 * kvHeads * HEAD_STATE + pages);
      for (let head = 0; head < 2 * kvHeads; head++) cacheTable[head * HEAD_STATE] = before;
      cacheTable.set(pageTable, 2 * kvHeads * HEAD_STATE);
      const qkv = random(tokens * parts * headDim);
      const result = await runKernel(KERNELS.append, {
        constants: { HEADS: heads, KV_HEADS: kvHeads, HEAD_DIM: headDim, REINDEXED: reindexed },
        frame: {
          tokens,
          position,
          page_table: 2 * kvHeads * HEAD_STATE,
          page_table_stride: stride,
        },
        ropeTable: ropeTable({ frequencies: ropeFrequencies(headDim, theta), scale: 1 }),
        cacheTable,
        inputs: {
          layer: layerUniform(1),
          qkv,
          keys: new Float32Array(pages * PAGE_SLOTS * headDim),
          values: new Float32Array(pages * PAGE_SLOTS * headDim),
          entries: new Uint32Array(pages * PAGE_SLOTS * 2),
        },
        outputs: ['qkv', 'keys', 'values', 'entries'],
        workgroups: [Math.ceil((parts * headDim) / 128), tokens],
      });
      const keys = new Float32Array(result.keys);
      const values = new Float32Array(result.values);
      const entries = new Uint32Array(result.entries);
      const queries = new Float32Array(result.qkv);
      const turned = (token: number, part: number) => {
        const raw = row(qkv, token * parts + part, headDim, headDim);
        return reindexed ? raw : rope(raw, position + token, theta);
      };
      for (let token = 0; token < tokens; token++) {
        for (let head = 0; head < heads; head++) {
          expectClose(row(queries, token * parts + head, headDim, headDim), turned(token, head));
        }
        for (let kvHead = 0; kvHead < kvHeads; kvHead++) {
          const slot = before + token;
          const page = pageTable[(kvHeads + kvHead) * stride + Math.floor(slot / PAGE_SLOTS)];
          const at = page * PAGE_SLOTS + (slot % PAGE_SLOTS);
          expectClose(row(keys, at, headDim, headDim), turned(token, heads + kvHead));
          const value = row(qkv, token * parts + heads + kvHeads + kvHead, headDim, headDim);
          expectClose(row(values, at, headDim, headDim), value, 0);
          expect([...entries.subarray(at * 2, at * 2 + 2)]).toEqual([position + token, 0]);
        }
      }
    });
  }

  it('rope angles stay exact at long positions', async () => {
    const headDim = 8;
    const qkv = random(3 * headDim);
    for (const position of [255, 256, 16383, 131071]) {
      const result = await runKernel(KERNELS.append, {
        constants: { HEADS: 1, KV_HEADS: 1, HEAD_DIM: headDim, REINDEXED: 0 },
        frame: { position },
        ropeTable: ropeTable({ frequencies: ropeFrequencies(headDim, 500000), scale: 1 }),
        inputs: {
          layer: layerUniform(0),
          qkv,
          keys: new Float32Array(PAGE_SLOTS * headDim),
          values: new Float32Array(PAGE_SLOTS * headDim),
          entries: new Uint32Array(PAGE_SLOTS * 2),
        },
        outputs: ['qkv'],
        workgroups: [1, 1],
      });
      const expected = rope(row(qkv, 0, headDim, headDim), position, 500000);
      expectClose(row(new Float32Array(result.qkv), 0, headDim, headDim), expected, 1e-6);
    }
  });

  it('mark-evicted notes the first query that no longer sees an entry', async () => {
    const [sinks, recent, before, tokens, position, capacity] = [2, 5, 6, 4, 106, 120];
    const slots = before + tokens;
    const entries = new Uint32Array(PAGE_SLOTS * 2);
    for (let slot = 0; slot < slots; slot++) entries[slot * 2] = position - before + slot;
    const { evicted_at } = await runKernel(KERNELS.markEvicted, {
      constants: { HEADS: 1, KV_HEADS: 1 },
      frame: { tokens, position },
      cacheTable: new Uint32Array([before, sinks, recent, 0, 0]),
      inputs: {
        store: new Uint32Array([capacity, 0, 0, 0]),
        entries,
        evicted_at: new Uint32Array(capacity).fill(0xffffffff),
      },
      outputs: ['evicted_at'],
      workgroups: [1, 1],
    });
    const marks = [...new Uint32Array(evicted_at)].flatMap((at, key) =>
      at === 0xffffffff ? [] : [[key, at]],
    );
    // Queries 106 … 109 sit in slots 6 … 9 and stop seeing slots 1 … 4; slot 1 is a sink.
    expect(marks).toEqual([
      [102, 107],
      [103, 108],
      [104, 109],
    ]);
  });
});

describe('sample', () => {
  const draw = async (
    logits: Float32Array<ArrayBuffer>,
    sampling: { temperature: number; topK: number; topP: number; seed: number },
    position: number,
  ) => {
    const result = await runKernel(KERNELS.sample, {
      constants: { VOCAB: logits.length, THREADS: 256 },
      frame: { position: position - 1, tokens: 1 },
      inputs: {
        sampling: samplingData(sampling),
        logits,
        ids: new Uint32Array(4),
        drawn: new Uint32Array(4),
      },
      outputs: ['ids', 'drawn'],
      workgroups: [1, 1],
    });
    expect(new Uint32Array(result.ids)[0]).toBe(new Uint32Array(result.drawn)[0]);
    return new Uint32Array(result.drawn)[0];
  };

  it('takes the first of the largest when greedy', async () => {
    for (const vocab of [1, 7, 257, 1003]) {
      const logits = random(vocab);
      logits[vocab - 1] = 3;
      logits[Math.floor(vocab / 3)] = 3;
      const greedy = { temperature: 0, topK: 0, topP: 1, seed: 0 };
      expect(await draw(logits, greedy, 1)).toBe(sample(logits, greedy, 1));
    }
  });

  it('draws as the reference does, for any temperature, top-k, top-p and seed', async () => {
    const logits = random(523).map((value) => 4 * value);
    const drawn = new Set<number>();
    for (const [temperature, topK, topP] of [
      [1, 0, 1],
      [0.7, 5, 1],
      [1.5, 0, 0.6],
      [1, 40, 0.9],
      [0.2, 1, 0.5],
    ]) {
      for (let seed = 0; seed < 6; seed++) {
        const sampling = { temperature, topK, topP, seed };
        const id = await draw(logits, sampling, 17 + seed);
        expect(candidates(logits, sampling).map((kept) => kept.id)).toContain(id);
        expect(id).toBe(sample(logits, sampling, 17 + seed));
        drawn.add(id);
      }
    }
    expect(drawn.size).toBeGreaterThan(10);
  });
});
