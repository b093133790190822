import { useMemo } from 'react';
import { type ScoredHeads, scoredHeads } from '../../state/head-scores';
import { usePage } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import type { ModelInfo } from '../../worker/protocol';

const selectView = (state: PageState) => state.headView;
const selectScores = (state: PageState) => state.inspection.heads;
const selectCalibration = (state: PageState) => state.calibration;
const selectCache = (state: PageState) => state.run?.cache ?? null;

/** The heads by the shown score. */
export function useScoredHeads(model: ModelInfo): ScoredHeads {
  const { score } = usePage(selectView);
  const scores = usePage(selectScores);
  const calibration = usePage(selectCalibration);
  const cache = usePage(selectCache);
  return useMemo(
    () => scoredHeads(score, { model, scores, calibration, cache }),
    [score, model, scores, calibration, cache],
  );
}
