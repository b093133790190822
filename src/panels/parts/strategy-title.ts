import { sweepStrategy } from '../../needle/sweep/strategy-title';
import type { StrategyChoice } from '../../strategies/registry';

/** A preset's name, or what was turned; a value that is still being typed may be out of range and has no name. */
export function strategyTitle(choice: StrategyChoice): string {
  try {
    return sweepStrategy(choice).title;
  } catch {
    return 'Custom';
  }
}
