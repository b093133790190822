import { symbol } from 'd3';
import { lineMark } from './line-marks';

/** A piece of a chart's line with its symbol. */
export function LineSample({ index }: { index: number }) {
  const { colour, dashes, symbol: shape } = lineMark(index);
  return (
    <svg className="line-sample" width={34} height={12} aria-hidden="true">
      <line
        x1={1}
        x2={33}
        y1={6}
        y2={6}
        style={{ stroke: colour }}
        strokeWidth={2}
        strokeDasharray={dashes}
      />
      <path d={symbol(shape, 36)() ?? ''} transform="translate(17,6)" style={{ fill: colour }} />
    </svg>
  );
}
