import { presetOf } from '../strategies/presets';
import { unwrap } from '../worker/client';
import type { EngineApi, HeadScores } from '../worker/protocol';
import type { HeadScore } from './head-view';
import type { FoldablePanel } from './open-panels';
import type { PageActions } from './page-actions';
import type { PageStore, RunView } from './page-store';
import { runProblem } from './setup';

/** What a step found on the loaded model. */
export interface Finding {
  text: string;
  /** False where this model or this prompt does not show what the step is about. */
  seen: boolean;
}

export interface TourStep {
  title: string;
  /** Where to look. */
  panel: FoldablePanel;
  /** What happens, while it happens. */
  doing: string;
  perform(): Promise<Finding>;
}

/** Mean weight on one key from which on a head is said to have a sink there (Gu et al., 2410.10781). */
const SINK_THRESHOLD = 0.3;

/**
 * The four steps of the first-run tour. Each does something and reports what the loaded model really did: where
 * a phenomenon is absent, it says so.
 */
export function createTour(
  engine: Pick<EngineApi, 'heads' | 'sinks'>,
  store: PageStore,
  actions: Pick<PageActions, 'run' | 'select' | 'choosePreset' | 'requestTile'>,
): TourStep[] {
  const { sinks: first, recent } = presetOf('streaming-llm').choice.cache.values;
  const kept = Number(first) + Number(recent);
  /** Answer of the last step that read with full attention, for comparison. */
  let denseAnswer = '';

  function finishedRun(): RunView & { result: NonNullable<RunView['result']> } {
    const { run, troubles } = store.getState();
    if (!run?.result) throw new Error(troubles.run?.what ?? 'The run did not end.');
    return { ...run, result: run.result };
  }

  async function runUnder(presetId: string) {
    actions.choosePreset(presetId);
    const { setup, model, calibration } = store.getState();
    const problem = runProblem(setup, model, calibration);
    if (problem !== null) throw new Error(problem);
    await actions.run();
    return finishedRun();
  }

  /** The run on screen if it read everything, else a new one. */
  async function denseRun() {
    const { run } = store.getState();
    const isDense = run?.result && sameChoice(run.strategy, presetOf('dense').choice);
    const finished = isDense ? finishedRun() : await runUnder('dense');
    denseAnswer = finished.result.answer;
    return finished;
  }

  function colourHeadsBy(score: HeadScore) {
    store.setState(({ headView }) => ({ headView: { ...headView, score } }));
  }

  /** The row in the second half of the prompt that gives the first token most. */
  async function strongestRow(layer: number, head: number, length: number): Promise<number> {
    const from = Math.floor(length / 2);
    const tile = await actions.requestTile('tour', {
      layer,
      head,
      queries: [from, length],
      keys: [0, 1],
      rows: length - from,
      columns: 1,
      pooling: 'max',
    });
    return tile ? from + tile.weights.indexOf(Math.max(...tile.weights)) : length - 1;
  }

  async function showSink(): Promise<Finding> {
    const { prompt } = await denseRun();
    const [heads, sinks] = [unwrap(await engine.heads()), unwrap(await engine.sinks())];
    const { position } = sinks.firstSink;
    const query = prompt.ids.length - 1;
    if (position !== 0) {
      const hidden = sinks.hidden.find((sink) => sink.position === position);
      if (hidden) {
        actions.select({
          layer: hidden.layer,
          head: hidden.head,
          query,
          key: position,
          step: null,
        });
      }
      return {
        seen: true,
        text: `Here most attention gathers not at the first token but at “${prompt.pieces[position]}”, token ${position}, whatever the query asks for. A key like that is a sink.`,
      };
    }
    const best = strongest(heads.sink, heads);
    const { layer, head } = best;
    const row = await strongestRow(layer, head, prompt.ids.length);
    actions.select({ layer, head, query: row, key: 0, step: null });
    const parked = heads.sink.filter((share) => share > SINK_THRESHOLD).length;
    const seen = best.value > SINK_THRESHOLD;
    return {
      seen,
      text: seen
        ? `Head ${best.name} gives ${percent(best.value)} of its attention to the first token, whatever the query asks for. A key like that is a sink: attention must sum to one, and a head with nothing to say parks it there. ${parked} of the ${heads.sink.length} heads give it more than ${percent(SINK_THRESHOLD)}.`
        : `This model shows no sink on this text: the strongest, head ${best.name}, gives the first token ${percent(best.value)} of its attention. Larger models often park more than half there.`,
    };
  }

  async function showRetrieval(): Promise<Finding> {
    const { prompt, generated } = await denseRun();
    const heads = unwrap(await engine.heads());
    if (!heads.retrieval) {
      return {
        seen: false,
        text: heads.retrievalCounted
          ? 'There is no needle in this text, so no head can retrieve it. Hide one in the prompt panel.'
          : `The answer, “${denseAnswer}”, is not right, so it cannot be told which head would have found it. Take a shorter text or another needle.`,
      };
    }
    colourHeadsBy('retrieval');
    const best = strongest(heads.retrieval, heads);
    if (best.value === 0) {
      return {
        seen: false,
        text: 'The answer is right, but no head pointed at the needle for it.',
      };
    }
    const { layer, head, name } = best;
    // From the end, where an answer has its value.
    for (let step = generated.length - 1; step >= 0; step--) {
      if (!/[\p{L}\p{N}]/u.test(generated[step].piece)) continue;
      const query = prompt.ids.length - 1 + step;
      const tile = await actions.requestTile('tour', {
        layer,
        head,
        queries: [query, query + 1],
        keys: [0, query + 1],
        rows: 1,
        columns: query + 1,
        pooling: 'max',
      });
      if (!tile) break;
      const key = tile.weights.indexOf(Math.max(...tile.weights));
      const [from, to] = prompt.needleSpan ?? [0, 0];
      if (key < from || key >= to || prompt.ids[key] !== generated[step].id) continue;
      actions.select({ layer, head, query, key, step: null });
      return {
        seen: true,
        text: `To write “${generated[step].piece}” of the answer, head ${name} gave ${percent(tile.weights[key])} of its attention to “${prompt.pieces[key]}” in the needle. It did so for ${percent(best.value)} of the needle’s tokens: a retrieval head.`,
      };
    }
    actions.select({ layer, head, step: null });
    return {
      seen: true,
      text: `Head ${name} pointed at ${percent(best.value)} of the needle’s tokens while the answer copied them: a retrieval head.`,
    };
  }

  async function breakIt(): Promise<Finding> {
    await denseRun();
    const { prompt, result } = await runUnder('streaming-llm');
    store.setState({ shading: 'kept' });
    const rule = `The cache now keeps ${kept} entries of each head, the first ${first} and the newest ${recent}.`;
    if (result.answer === denseAnswer) {
      const short = prompt.ids.length <= kept;
      return {
        seen: false,
        text: `${rule} The answer is still “${result.answer}”${short ? ': the whole prompt fits' : ''}. Move the needle further from the question, or read a longer text.`,
      };
    }
    return {
      seen: true,
      text: `${rule} Everything struck through was gone before the question came, so the answer is “${result.answer}” instead of “${denseAnswer}”. The sink survived, the needle did not.`,
    };
  }

  async function bringBack(): Promise<Finding> {
    const { result } = await runUnder('duo-attention');
    const share = percent(result.kvBytes.end / result.kvBytes.dense);
    const rule = `The heads that retrieve keep everything, the others ${kept} entries.`;
    return result.answer === denseAnswer
      ? {
          seen: true,
          text: `${rule} The answer is back, “${result.answer}”, with ${share} of the memory. That is DuoAttention; the strategy panel has many others.`,
        }
      : {
          seen: false,
          text: `${rule} Here that is not enough: the answer is “${result.answer}”, with ${share} of the memory. Lower “streaming heads” in the strategy panel and run again.`,
        };
  }

  return [
    {
      title: 'This is a sink',
      panel: 'heads',
      doing: 'Reading the text with full attention …',
      perform: showSink,
    },
    {
      title: 'This head retrieves',
      panel: 'heatmap',
      doing: 'Looking for the head that copied the needle …',
      perform: showRetrieval,
    },
    {
      title: `Now keep only ${kept} entries`,
      panel: 'tokens',
      doing: 'Reading it again under StreamingLLM …',
      perform: breakIt,
    },
    {
      title: 'Keep everything for the heads that retrieve',
      panel: 'cache',
      doing: 'Reading it again under DuoAttention …',
      perform: bringBack,
    },
  ];
}

function strongest(scores: Float32Array, { heads }: HeadScores) {
  const index = scores.indexOf(Math.max(...scores));
  const layer = Math.floor(index / heads);
  const head = index % heads;
  return { layer, head, name: `${layer}.${head}`, value: scores[index] };
}

function sameChoice(a: RunView['strategy'], b: RunView['strategy']): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
