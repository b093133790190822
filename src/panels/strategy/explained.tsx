import { entryOf } from '../../strategies/registry';
import type { Axis } from '../../strategies/schema';
import { PaperLink } from '../parts/info';

interface ExplainedProps {
  axis: Axis;
  id: string;
  /** Only formula and paper, under the axis' name: for a preset, which has four of these. */
  brief?: boolean;
}

/** What an entry says about itself. */
export function Explained({ axis, id, brief = false }: ExplainedProps) {
  const { title, summary, formula, tryThis, paper, parameters } = entryOf(axis, id);
  return (
    <>
      {brief ? (
        <p>
          <b>{axis}:</b> {title}
        </p>
      ) : (
        <p>{summary}</p>
      )}
      <p className="formula">{formula}</p>
      {!brief && parameters.length > 0 && (
        <ul>
          {parameters.map(({ name, title: parameterTitle, meaning, unit }) => (
            <li key={name}>
              <b>{parameterTitle}</b>
              {unit && ` (${unit})`}: {meaning}
            </li>
          ))}
        </ul>
      )}
      {!brief && <p>Try: {tryThis}</p>}
      {paper && <PaperLink {...paper} />}
    </>
  );
}
