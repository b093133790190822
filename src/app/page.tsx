import { AnswerPanel } from '../panels/answer/answer-panel';
import { CachePanel } from '../panels/cache/cache-panel';
import { ComparePanel } from '../panels/compare/compare-panel';
import { HeadsPanel } from '../panels/heads/heads-panel';
import { HeatmapPanel } from '../panels/heatmap/heatmap-panel';
import { NeedleLabPanel } from '../panels/needle-lab/needle-lab-panel';
import { PerplexityPanel } from '../panels/perplexity/perplexity-panel';
import { PromptPanel } from '../panels/prompt/prompt-panel';
import { RunControls } from '../panels/run/run-controls';
import { SinksPanel } from '../panels/sinks/sinks-panel';
import { StepBar } from '../panels/step/step-bar';
import { StrategyPanel } from '../panels/strategy/strategy-panel';
import { TimingPanel } from '../panels/timing/timing-panel';
import { TokensPanel } from '../panels/tokens/tokens-panel';
import type { TourStep } from '../state/tour';
import { Banners } from './banners';
import { Header } from './header';
import { TourCard } from './tour/tour-card';
import { TourOffer } from './tour/tour-offer';

/** The whole page: what to run on the left, what the model did in the middle, its parts on the right,
 * and below both what many runs together say. */
export function Page({ tour }: { tour: TourStep[] }) {
  return (
    <>
      <Header />
      <TourOffer />
      <Banners />
      <main className="columns">
        <div className="column choose">
          <PromptPanel />
          <StrategyPanel />
          <RunControls />
        </div>
        <div className="stage">
          <div className="column look">
            <TokensPanel />
            <AnswerPanel />
            <StepBar />
            <ComparePanel />
            <HeatmapPanel />
          </div>
          <div className="column parts">
            <HeadsPanel />
            <SinksPanel />
            <CachePanel />
            <TimingPanel />
          </div>
          <NeedleLabPanel />
          <PerplexityPanel />
        </div>
      </main>
      <TourCard steps={tour} />
    </>
  );
}
