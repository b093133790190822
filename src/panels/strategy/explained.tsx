import { CALIBRATION_TITLES } from '../../strategies/calibration';
import { entryOf } from '../../strategies/registry';
import type { Axis, Causality } from '../../strategies/schema';
import { PaperLink } from '../parts/info';

/** What an entry says about itself. */
export function Explained({ axis, id }: { axis: Axis; id: string }) {
  const entry = entryOf(axis, id);
  const { summary, formula, tryThis, paper, parameters, calibration } = entry;
  const { badge, meaning } = CAUSALITY[entry.causality ?? 'exact'];
  return (
    <>
      <p>{summary}</p>
      <p className="formula">{formula}</p>
      <p>
        <span className="badge">{badge}</span> {meaning}
      </p>
      {calibration && (
        <p>
          <span className="badge">needs calibration</span> It uses {CALIBRATION_TITLES[calibration]}
          , which are measured on the loaded model once and can be exported and imported.
        </p>
      )}
      {parameters.length > 0 && (
        <ul>
          {parameters.map(({ name, title: parameterTitle, meaning: about, unit }) => (
            <li key={name}>
              <b>{parameterTitle}</b>
              {unit && ` (${unit})`}: {about}
            </li>
          ))}
        </ul>
      )}
      <p>Try: {tryThis}</p>
      {paper && <PaperLink {...paper} />}
    </>
  );
}

const CAUSALITY: Record<Causality, { badge: string; meaning: string }> = {
  exact: {
    badge: 'causal',
    meaning: 'What a token reads depends on earlier tokens only.',
  },
  'query-block': {
    badge: 'looks ahead in a block',
    meaning:
      'One choice serves a block of queries, so which keys a token reads can depend on later tokens of its block, though their values never reach it.',
  },
  chunk: {
    badge: 'looks ahead in a chunk',
    meaning:
      'One choice serves a whole chunk of the prompt and is made from its last queries, so which keys a token reads can depend on later tokens of its chunk, though their values never reach it.',
  },
};
