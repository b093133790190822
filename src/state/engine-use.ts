import type { PageState } from './page-store';

/** Whether a run may begin: a sweep gives way to it, anything else that was asked for is finished first. */
export function isReadyToRun(state: PageState): boolean {
  const { model, activity, runRequested, calibrating, perplexity, speed } = state;
  return (
    model !== null &&
    activity === 'idle' &&
    !runRequested &&
    calibrating === null &&
    perplexity.measuring === null &&
    speed.measuring === null
  );
}

/** Whether a model is there and nothing that this page asked for keeps the engine busy. */
export function isEngineFree(state: PageState): boolean {
  return isReadyToRun(state) && state.needleLab.progress === null;
}
