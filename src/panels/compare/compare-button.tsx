import { isReadyToRun } from '../../state/engine-use';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { runProblem } from '../../state/setup';
import { selectSecondProblem } from './second-strategy';

const selectIsReady = (state: PageState) =>
  isReadyToRun(state) && state.model?.hasTokenizer === true;
const selectIsPossible = ({ setup, model, calibration }: PageState) =>
  runProblem(setup, model, calibration) === null;

/** Runs the same prompt under a second strategy beside the first. */
export function CompareButton({ className }: { className?: string }) {
  const isReady = usePage(selectIsReady);
  const isPossible = usePage(selectIsPossible);
  const problem = usePage(selectSecondProblem);
  const { compare } = usePageActions();
  return (
    <button
      type="button"
      className={className}
      disabled={!isReady || !isPossible || problem !== null}
      title="Run the same prompt under a second strategy, side by side"
      onClick={() => {
        void compare();
        // The panel may have appeared just now, far from this button.
        requestAnimationFrame(() =>
          document.querySelector('.panel.compare')?.scrollIntoView({ block: 'nearest' }),
        );
      }}
    >
      <span aria-hidden="true">⧉</span> Compare
    </button>
  );
}
