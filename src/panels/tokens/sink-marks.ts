import type { SinkReport } from '../../worker/protocol';
import { formatWeight } from '../parts/numbers';

/** Which tokens of the text are marked as sinks, and what is said about each. */
export interface SinkMarks {
  positions: ReadonlySet<number>;
  /** null: the token is none. */
  describe(position: number): string | null;
}

/** The first sink, and the hidden ones of any head. */
export function sinkMarks(report: SinkReport | null): SinkMarks {
  if (!report) return { positions: new Set(), describe: () => null };
  const { hidden, firstSink, threshold } = report;
  const first = firstSink.share > 0 ? [firstSink.position] : [];
  return {
    positions: new Set([...first, ...hidden.map(({ position }) => position)]),
    describe(position) {
      const here = hidden.filter((sink) => sink.position === position);
      const [best] = here.toSorted((a, b) => b.mean - a.mean);
      if (!best) return position === first[0] ? 'the first sink' : null;
      const others = here.length > 1 ? ` and of ${here.length - 1} more heads` : '';
      return `hidden sink of head ${best.layer}.${best.head}${others}: mean weight ${formatWeight(best.mean)}, above ${threshold}`;
    },
  };
}
