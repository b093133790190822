import type { GpuModel } from '../engine/gpu-model';
import { KERNELS } from '../engine/kernels';
import { BufferSet } from '../gpu/buffers';
import { packStruct } from '../gpu/wgsl';
import { inLayers, measuredRun, readPrompt, type Watch } from './measurement';
import { runProbe } from './run-probe';

/** A text that says the same again and again. */
export interface RepeatedText {
  /** What comes before the copies: the model's first token, or nothing. */
  start: number[];
  /** Random ids, so that nothing but the earlier copies foretells them. */
  segment: number[];
  copies: number;
}

export function repeatedIds({ start, segment, copies }: RepeatedText): number[] {
  return [...start, ...Array.from({ length: copies }, () => segment).flat()];
}

/**
 * Finds the heads that look things up (RazorAttention, arXiv 2407.15891): mean weight, over the rows from the
 * second copy on, on the same token in earlier copies (echo) and on the tokens after those (induction).
 * Steps are tokens.
 * @returns each [layers][heads]; null when stopped
 */
export async function headClasses(
  model: GpuModel,
  text: RepeatedText,
  watch: Watch,
): Promise<{ echo: number[][]; induction: number[][] } | null> {
  const { layers, heads } = model.config;
  const ids = repeatedIds(text);
  watch.report(0, ids.length);
  const run = await measuredRun(model, { ids, inspect: true });
  const buffers = new BufferSet(model.device, 'Head classes');
  try {
    const report = (tokens: number) => watch.report(tokens, ids.length);
    if (!(await readPrompt(run, watch.stopped, report))) return null;
    const repeats = buffers.uniform('repeats', 16);
    model.device.queue.writeBuffer(
      repeats,
      0,
      packStruct(KERNELS.repeatScores.code, 'Repeats', {
        begin: text.start.length,
        period: text.segment.length,
        end: ids.length,
      }),
    );
    const scores = await runProbe(model, run, 'repeatScores', buffers, {
      resources: { repeats },
      output: 'scores',
      values: layers * heads * 2,
      workgroups: [heads, layers],
    });
    return {
      echo: inLayers(
        scores.filter((_, i) => i % 2 === 0),
        layers,
      ),
      induction: inLayers(
        scores.filter((_, i) => i % 2 === 1),
        layers,
      ),
    };
  } finally {
    run.destroy();
    buffers.destroy();
  }
}
