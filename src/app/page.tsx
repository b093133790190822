import { AnswerPanel } from '../panels/answer/answer-panel';
import { CachePanel } from '../panels/cache/cache-panel';
import { HeadsPanel } from '../panels/heads/heads-panel';
import { HeatmapPanel } from '../panels/heatmap/heatmap-panel';
import { PromptPanel } from '../panels/prompt/prompt-panel';
import { RunControls } from '../panels/run/run-controls';
import { StrategyPanel } from '../panels/strategy/strategy-panel';
import { TimingPanel } from '../panels/timing/timing-panel';
import { TokensPanel } from '../panels/tokens/tokens-panel';
import { Banners } from './banners';
import { Header } from './header';

/** The whole page: what to run on the left, what the model did in the middle, its parts on the right. */
export function Page() {
  return (
    <>
      <Header />
      <Banners />
      <main className="columns">
        <div className="column choose">
          <PromptPanel />
          <StrategyPanel />
          <RunControls />
        </div>
        <div className="column look">
          <TokensPanel />
          <AnswerPanel />
          <HeatmapPanel />
        </div>
        <div className="column parts">
          <HeadsPanel />
          <CachePanel />
          <TimingPanel />
        </div>
      </main>
    </>
  );
}
