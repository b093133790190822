import { Run } from '../engine/run';
import { readBack } from '../gpu/read-back';
import { measureRoofline } from '../gpu/roofline';
import { haystackText } from '../needle/haystacks';
import { buildPrompt } from '../needle/prompt';
import type { PreparedPrompt, PromptSpec } from '../needle/prompt-spec';
import type { SampleResult } from '../needle/sweep/plan';
import type { SampleRequest } from '../needle/sweep/run-sweep';
import { type HeadsAt, type HeadsAtSpec, headsAt } from '../probes/heads-at';
import { heldEntries } from '../probes/held-entries';
import { sinkReport } from '../probes/sink-report';
import { surprisalOf } from '../probes/surprisal';
import { tokenCurves } from '../probes/token-curves';
import { buildStrategy } from '../strategies/build';
import type { Calibration, CalibrationKind } from '../strategies/calibration';
import { PRESETS } from '../strategies/presets';
import type { StrategyChoice } from '../strategies/registry';
import { TroubleError } from '../trouble';
import { ActiveRun } from './active-run';
import { type BenchWatch, bench } from './bench';
import { cacheHistory, evictedAt } from './cache-history';
import { calibrate } from './calibration';
import { measureDivergence, runBeside } from './comparison';
import { EngineCore } from './engine-core';
import { headReport } from './head-report';
import { type PerplexityHost, perplexity } from './perplexity';
import type {
  BenchRequest,
  BenchResult,
  CacheHistory,
  Divergence,
  HeadScores,
  HeldRun,
  Logits,
  PerplexityRequest,
  PerplexityResult,
  Roofline,
  RunEvent,
  RunRequest,
  RunResult,
  SinkReport,
  Tile,
  TileRequest,
  TokenCurves,
  TrainingCurves,
} from './protocol';
import { RunControl } from './run-control';
import { Sampler } from './sample';
import { Tiles } from './tiles';

/**
 * The engine as the page sees it: one model, one run at a time, and questions about the run at any time
 * between two of its submissions. Throws troubles; the endpoint turns them into outcomes.
 */
export class EngineHost extends EngineCore {
  private readonly tiles = new Tiles(async (of) => {
    const { run } = await this.inspected(of);
    return { model: this.loaded().model, run };
  });
  private readonly sampler = new Sampler({
    slot: () => this.loaded(),
    prepare: (spec) => this.prepare(spec),
    underWay: () => this.control && this.running,
    inTurn: (control, work) => this.inTurn(control, work),
    overLostDevices: (work) => this.overLostDevices(work),
  });

  async prepare(spec: PromptSpec): Promise<PreparedPrompt> {
    const { checkpoint } = this.loaded();
    if (!checkpoint.tokenizer) {
      throw new TroubleError(
        'bad-input',
        `The model “${checkpoint.name}” came without tokenizer.json, so it cannot read text.`,
        'Add tokenizer.json to its folder, or run token ids.',
      );
    }
    const text = await haystackText(spec.haystack, this.haystacks, spec);
    const frame = spec.chat ? await this.loaded().chatFrame() : null;
    return buildPrompt(spec, text, checkpoint.tokenizer, checkpoint.config.bosId, frame);
  }

  async training(): Promise<TrainingCurves | null> {
    return await this.loaded().training();
  }

  async run(request: RunRequest): Promise<RunResult> {
    return await this.live(this.emit, async (control) => {
      const slot = this.loaded();
      const prompt = 'ids' in request.prompt ? null : await this.prepare(request.prompt);
      // A copy of the ids: what is sent is transferred, and the run still needs its own.
      if (prompt) this.emit({ type: 'prepared', prompt: { ...prompt, ids: prompt.ids.slice() } });
      this.dropCompared();
      // Allocated before the run before is given up: a prompt that does not fit loses nothing.
      const active = await ActiveRun.create(slot, request, prompt, this.emit);
      this.active?.destroy();
      this.active = active;
      return await this.toEnd(active, this.emit, control);
    });
  }

  async compare(strategy: StrategyChoice, calibration: Calibration | null): Promise<RunResult> {
    const emit = (event: RunEvent) => this.emit({ type: 'compared', event });
    return await this.live(emit, async (control) => {
      const shown = await this.inspected();
      this.dropCompared();
      this.compared = await runBeside(this.loaded(), shown, strategy, calibration, emit);
      return await this.toEnd(this.compared, emit, control);
    });
  }

  async divergence(): Promise<Divergence> {
    const emit = (event: RunEvent) => this.emit({ type: 'compared', event });
    return await this.live(emit, async (control) => {
      const [shown, compared] = [await this.inspected(), await this.inspected('compared')];
      emit({ type: 'state', state: 'running' });
      return await this.overLostDevices(() =>
        measureDivergence(this.loaded(), shown, compared, this.emit, control),
      );
    });
  }

  async endComparison(): Promise<void> {
    if (!this.compared) return;
    await this.endRun();
    this.dropCompared();
  }

  pause(): void {
    this.control?.pause();
  }

  resume(): void {
    this.control?.resume();
  }

  step(): void {
    this.control?.step();
  }

  stop(): void {
    this.control?.stop();
  }

  async tile(request: TileRequest, channel?: string): Promise<Tile | null> {
    return await this.tiles.compute(request, channel);
  }

  cancelTile(channel: string): void {
    this.tiles.cancel(channel);
  }

  async heads(): Promise<HeadScores> {
    const active = await this.inspected();
    return await headReport(this.loaded(), active);
  }

  async headsAt(spec: HeadsAtSpec): Promise<HeadsAt> {
    const { run } = await this.inspected();
    return await headsAt(this.loaded().model, run, spec);
  }

  async sinks(): Promise<SinkReport> {
    const { run } = await this.inspected();
    return await sinkReport(this.loaded().model, run);
  }

  async tokenCurves(): Promise<TokenCurves> {
    const { run } = await this.inspected();
    return await tokenCurves(this.loaded().model, run);
  }

  async evictedAt(layer: number, kvHead: number): Promise<Uint32Array> {
    const { run } = await this.inspected();
    return await evictedAt(this.loaded().model, run, layer, kvHead);
  }

  async cacheHistory(layer: number, kvHead: number): Promise<CacheHistory> {
    const { run } = await this.inspected();
    return await cacheHistory(this.loaded().model, run, layer, kvHead);
  }

  async heldAt(query: number): Promise<Uint32Array> {
    const { run } = await this.inspected();
    return await heldEntries(this.loaded().model, run, query);
  }

  async kept(of: HeldRun): Promise<Uint32Array[]> {
    const { run } = await this.inspected(of);
    return await run.cache.keptPositions();
  }

  async calibrate(kinds: CalibrationKind[]): Promise<Calibration | null> {
    const control = new RunControl(() => {});
    const stopped = () => control.stopped;
    return await this.inTurn(control, () =>
      this.overLostDevices(() =>
        calibrate(this.loaded(), kinds, this.haystacks, this.emit, stopped),
      ),
    );
  }

  async surprisal(): Promise<Float32Array> {
    const { run } = await this.inspected();
    return await surprisalOf(run);
  }

  async perplexity(request: PerplexityRequest): Promise<PerplexityResult> {
    const control = new RunControl(() => {});
    const host: PerplexityHost = {
      slot: () => this.loaded(),
      haystacks: this.haystacks,
      control,
      emit: (event) => this.emit({ type: 'perplexity', event }),
      overLostDevices: (work) => this.overLostDevices(work),
    };
    return await this.inTurn(control, () => perplexity(host, request));
  }

  async bench(request: BenchRequest): Promise<BenchResult | null> {
    const control = new RunControl(() => {});
    const watch: BenchWatch = {
      report: (done, total) => this.emit({ type: 'bench', done, total }),
      stopped: () => control.stopped,
    };
    return await this.inTurn(control, async () => {
      const prompt = 'ids' in request.prompt ? null : await this.prepare(request.prompt);
      return await this.overLostDevices(() => bench(this.loaded(), request, prompt, watch));
    });
  }

  async roofline(): Promise<Roofline> {
    return await this.inTurn(new RunControl(() => {}), () =>
      this.overLostDevices(() => measureRoofline(this.loaded().model.device)),
    );
  }

  async sample(request: SampleRequest): Promise<SampleResult | null> {
    return await this.sampler.sample(request);
  }

  stopSample(): void {
    this.sampler.stop();
  }

  async logits(ids: number[], top: number): Promise<Logits> {
    const { model, adapter } = this.loaded();
    const run = await Run.create(model, {
      ids,
      strategy: buildStrategy(PRESETS[0].choice, model.config, null),
      sampling: { temperature: 0, topK: 0, topP: 1, seed: 0 },
      maxTokens: 0,
      inspect: false,
    });
    try {
      while (!run.promptRead) await run.readChunk();
      const bytes = model.config.vocabSize * 4;
      const values = new Float32Array(await readBack(model.device, run.forward.logits, bytes));
      const ranked = Array.from(values, (logit, id) => ({ id, logit })).sort(
        (a, b) => b.logit - a.logit || a.id - b.id,
      );
      return { ids, top: ranked.slice(0, top), adapter: adapter.name };
    } finally {
      run.destroy();
    }
  }
}
