import calibrateCode from '../../../shaders/score/calibrate.wgsl?raw';
import columnSumsCode from '../../../shaders/score/column-sums.wgsl?raw';
import columns from '../../../shaders/shared/columns.wgsl?raw';
import type { Bench } from '../../engine/bench';
import { kernel, SHARED } from '../../engine/kernels';
import type { HeadRef, ScoreRule, ScoreWork } from '../../engine/strategy';
import { type Entry, numberValue, type ParameterValues } from '../schema';
import { listedOrAll } from './listed-heads';
import type { ScoreCost } from './softmax';

const { frame, pages, rows } = SHARED;
const COLUMN_SUMS = kernel('score/column-sums', columnSumsCode, frame, pages, rows, columns);
const CALIBRATE = kernel('score/calibrate', calibrateCode, frame, pages, rows, columns);
/** Rows that a workgroup of `calibrate.wgsl` handles. */
const CALIBRATED_ROWS = 16;

/**
 * Calibration of hidden sinks while the model runs. The log-sum-exp of a row stays that of its raw weights, so
 * maps and cache policies see weights before calibration; so do the sums by which sinks are told. Rows with
 * less than 1e-4 of their weight outside the hidden sinks stay: in f32 that rest is mostly rounding.
 */
export const act: Entry<ScoreRule, ScoreCost> = {
  id: 'act',
  title: 'Sink calibration',
  summary:
    'Keys that get much weight from every query, all but the first of them, are damped, and what they lose goes to the row’s other keys. Sinks are told by what a key got up to the end of the chunk or token; the map shows weights before calibration.',
  formula:
    'āⱼ = Σᵢ aᵢⱼ / rows that see j;  āⱼ > τ and not the first: a′ᵢⱼ = β·aᵢⱼ, others gain in proportion',
  tryThis:
    'Look for bright columns after the first in the map, list their heads here, and see whether the answer changes. The paper keeps only heads that help on a sample; with all of them some get worse.',
  paper: {
    title:
      'Unveiling and Harnessing Hidden Attention Sinks: Enhancing Large Language Models without Training through Attention Calibration',
    authors: 'Yu, Wang, Fu, Shi, Shaikh, Lin',
    year: 2024,
    arxiv: '2406.15765',
  },
  causality: 'chunk',
  traits: ['edits-weights', 'sums-columns'],
  presets: [{ id: 'act', title: 'ACT', family: 'Score rules' }],
  parameters: [
    {
      kind: 'number',
      name: 'threshold',
      title: 'Sink threshold τ',
      unit: '',
      min: 0.001,
      max: 1,
      step: 0.001,
      default: 0.1,
      meaning: 'Larger lets fewer keys count as sinks.',
    },
    {
      kind: 'number',
      name: 'strength',
      title: 'Kept by hidden sinks β',
      unit: '×',
      min: 0,
      max: 1,
      step: 0.05,
      default: 0.4,
      meaning: 'Larger leaves hidden sinks more of their weight; 1 changes nothing.',
    },
    {
      kind: 'integer',
      name: 'from',
      title: 'First layer',
      unit: '',
      min: 0,
      max: 1000,
      step: 1,
      default: 2,
      meaning: 'Larger leaves more of the first layers as they are.',
    },
    {
      kind: 'heads',
      name: 'heads',
      title: 'Calibrated heads',
      unit: '',
      default: '',
      meaning: 'Heads as layer.head, counted from 0 and separated by commas; none: all heads.',
    },
  ],
  cost: () => ({}),
  build: (values, model) => {
    const from = numberValue(values, 'from');
    const heads = listedOrAll('act', values, model).filter(({ layer }) => layer >= from);
    return {
      temperature: 1,
      maskedHeads: [],
      prepare: (bench) => prepare(bench, values, heads),
    };
  },
};

async function prepare(
  bench: Bench,
  values: ParameterValues,
  heads: HeadRef[],
): Promise<ScoreWork> {
  const { config, cache, length } = bench;
  const [sum, calibrate] = await Promise.all([bench.kernel(COLUMN_SUMS), bench.kernel(CALIBRATE)]);
  const sums = bench.storage('column sums', config.layers * config.heads * length * 8);
  const layers = Array.from({ length: config.layers }, (_, index) => {
    const bits = new Uint32Array(8);
    const own = heads.filter(({ layer }) => layer === index);
    for (const { head } of own) bits[head >> 5] |= 1 << (head & 31);
    if (own.length === 0) return null;
    const calibration = bench.uniform(CALIBRATE, 'Calibration', {
      length,
      threshold: numberValue(values, 'threshold'),
      strength: numberValue(values, 'strength'),
      padding: 0,
      heads: bits,
    });
    const resources = { layer: bench.layer(index), calibration, columns: sums };
    return { sum: bench.step(sum, resources), calibrate: bench.step(calibrate, resources) };
  });
  return {
    adjust: (recorder, layer) => {
      const steps = layers[layer];
      if (!steps) return;
      const slots = cache.slots + recorder.tokens;
      recorder.run(steps.sum, Math.ceil(slots / 64), config.heads);
      recorder.run(steps.calibrate, Math.ceil(recorder.tokens / CALIBRATED_ROWS), config.heads);
    },
  };
}
