import type { CalibrationKind } from './calibration';
import { entryOf, type StrategyChoice } from './registry';
import { AXES } from './schema';

/** What must have been measured on the model before a choice can run: each kind once, in the order of the axes. */
export function neededCalibrations(choice: StrategyChoice): CalibrationKind[] {
  const kinds = AXES.map((axis) => entryOf(axis, choice[axis].id).calibration);
  return [...new Set(kinds.filter((kind) => kind !== undefined))];
}
