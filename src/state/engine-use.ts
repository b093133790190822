import type { PageState } from './page-store';

/** Whether a model is there and nothing that this page asked for keeps the engine busy. */
export function isEngineFree(state: PageState): boolean {
  const { model, activity, runRequested, calibrating, needleLab, perplexity, speed } = state;
  return (
    model !== null &&
    activity === 'idle' &&
    !runRequested &&
    calibrating === null &&
    needleLab.progress === null &&
    perplexity.measuring === null &&
    speed.measuring === null
  );
}
