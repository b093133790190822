import type { Strategy } from '../engine/strategy';
import { TroubleError } from '../trouble';
import { CALIBRATION_TITLES, type Calibration, holdsKind } from './calibration';
import { conflictOf } from './conflicts';
import { completeChoice, entryOf, type StrategyChoice } from './registry';
import type { Entry, ModelShape, ParameterValues } from './schema';

/**
 * Turns a choice into what the engine runs.
 * @throws TroubleError `bad-input` for values out of range, heads that do not exist, axes that exclude each
 *   other, or a calibration that the model does not have.
 */
export function buildStrategy(
  choice: StrategyChoice,
  model: ModelShape,
  calibration: Calibration | null,
): Strategy {
  const complete = completeChoice(choice);
  const conflict = conflictOf(complete);
  if (conflict) {
    const { title } = entryOf(conflict.axis, complete[conflict.axis].id);
    throw new TroubleError(
      'bad-input',
      `${title} cannot run with the rest of the strategy. ${conflict.reason}`,
      'Choose another value on one of the two axes.',
    );
  }
  const build = <Work>(entry: Entry<Work, unknown>, values: ParameterValues): Work => {
    if (entry.calibration && !holdsKind(calibration, entry.calibration)) {
      throw new TroubleError(
        'bad-input',
        `${entry.title} needs the ${CALIBRATION_TITLES[entry.calibration]} of this model, which were not measured yet.`,
        'Calibrate the model, or import a calibration.',
      );
    }
    return entry.build(values, model, calibration);
  };
  const { prefill, cache, decode, score } = complete;
  return {
    prefill: build(entryOf('prefill', prefill.id), prefill.values),
    cache: build(entryOf('cache', cache.id), cache.values),
    decode: build(entryOf('decode', decode.id), decode.values),
    score: build(entryOf('score', score.id), score.values),
  };
}
