import { headClasses } from '../probes/head-classes';
import type { Watch } from '../probes/measurement';
import { prefillPatterns } from '../probes/prefill-patterns';
import { streamingGates } from '../probes/streaming-gates';
import {
  CALIBRATION_TITLES,
  type Calibration,
  type CalibrationKind,
} from '../strategies/calibration';
import { answeredPrompts, patternText, repeatedText } from './calibration-texts';
import type { ModelSlot } from './model-slot';
import type { EngineEvent } from './protocol';

type Measured = Omit<Calibration, 'model'>;

/**
 * Measures one kind after the other on the loaded model.
 * @param haystacks folder of the bundled haystacks, ending in a slash
 * @returns the kinds that were complete when it ended or was stopped; null where none was
 */
export async function calibrate(
  slot: ModelSlot,
  kinds: CalibrationKind[],
  haystacks: string,
  emit: (event: EngineEvent) => void,
  stopped: () => boolean,
): Promise<Calibration | null> {
  let complete: Measured = {};
  for (const kind of kinds) {
    const what = CALIBRATION_TITLES[kind];
    const report = (done: number, total: number) => emit({ type: 'calibrate', done, total, what });
    const measured = await measure(slot, kind, haystacks, { report, stopped });
    if (!measured) break;
    complete = { ...complete, ...measured };
  }
  const isEmpty = Object.keys(complete).length === 0;
  return isEmpty ? null : { model: slot.checkpoint.name, ...complete };
}

async function measure(
  { checkpoint, model }: ModelSlot,
  kind: CalibrationKind,
  haystacks: string,
  watch: Watch,
): Promise<Measured | null> {
  switch (kind) {
    case 'head-classes': {
      const classes = await headClasses(model, repeatedText(checkpoint), watch);
      return (
        classes && {
          headClasses: { echo: rounded(classes.echo), induction: rounded(classes.induction) },
        }
      );
    }
    case 'prefill-patterns': {
      const patterns = await prefillPatterns(
        model,
        await patternText(checkpoint, haystacks),
        watch,
      );
      return patterns && { prefillPatterns: patterns };
    }
    case 'streaming-gates': {
      const prompts = await answeredPrompts(checkpoint, haystacks);
      const gates = await streamingGates(model, prompts, watch);
      return gates && { streamingGates: rounded(gates) };
    }
  }
}

/** To six places: the rest is rounding of the GPU, and would fill the files. */
function rounded(grid: number[][]): number[][] {
  return grid.map((row) => row.map((value) => Number(value.toFixed(6))));
}
