import type { GpuModel } from '../engine/gpu-model';
import { type HeadWindow, NO_WINDOW } from '../engine/strategy';
import { readBack } from '../gpu/read-back';
import { inLayers, measuredRun, readPrompt, type Watch } from './measurement';

/** A prompt and the tokens that a good answer begins with. */
export interface AnsweredPrompt {
  ids: number[];
  answer: number[];
}

/** A streaming head's window, for prompts of a few hundred tokens. */
const STREAMING: HeadWindow = { sinks: 16, recent: 64 };
/** Differences below this, in nats a token, are rounding. */
const ROUNDING = 1e-6;

/**
 * How much the answers need each KV head's full cache: DuoAttention's question (arXiv 2410.10819) without its
 * optimiser. One KV head at a time sees only sinks and recent tokens, all others everything; its score is the
 * mean of KL(full ‖ restricted) of the next-token distributions over the tokens of the answers, which are
 * forced. A gate is the score over the largest score; all are 0 where no head changes anything.
 * Steps are tokens.
 * @returns [layers][kvHeads], 0 to 1; null when stopped
 */
export async function streamingGates(
  model: GpuModel,
  prompts: AnsweredPrompt[],
  watch: Watch,
  window = STREAMING,
): Promise<number[][] | null> {
  const { layers, kvHeads } = model.config;
  const scores = new Float64Array(layers * kvHeads);
  const tokensOf = ({ ids, answer }: AnsweredPrompt) => ids.length + answer.length - 1;
  const total = sum(prompts.map(tokensOf)) * (1 + scores.length);
  let done = 0;
  watch.report(0, total);
  const answer = async (prompt: AnsweredPrompt, windowOf: (head: number) => HeadWindow) => {
    const measured = await answerDistributions(
      model,
      prompt,
      windowOf,
      watch.stopped,
      (tokens: number) => watch.report(done + tokens, total),
    );
    done += tokensOf(prompt);
    return measured;
  };
  for (const prompt of prompts) {
    const full = await answer(prompt, () => NO_WINDOW);
    if (!full) return null;
    for (let restricted = 0; restricted < scores.length; restricted++) {
      const found = await answer(prompt, (head) => (head === restricted ? window : NO_WINDOW));
      if (!found) return null;
      scores[restricted] += sum(full.map((token, i) => divergence(token, found[i])));
    }
  }
  const largest = Math.max(...scores);
  const tokens = sum(prompts.map((prompt) => prompt.answer.length));
  const gates = scores.map((score) => (largest > ROUNDING * tokens ? score / largest : 0));
  return inLayers(gates, layers);
}

/**
 * Logarithms of the probabilities that come before each token of the answer, f64[answer tokens][vocab]; null
 * when stopped.
 */
async function answerDistributions(
  model: GpuModel,
  { ids, answer }: AnsweredPrompt,
  windowOf: (head: number) => HeadWindow,
  stopped: Watch['stopped'],
  onTokens: (tokens: number) => void,
): Promise<Float64Array[] | null> {
  const { kvHeads, vocabSize } = model.config;
  const run = await measuredRun(model, {
    ids,
    more: answer.length,
    windowOf: (layer, kvHead) => windowOf(layer * kvHeads + kvHead),
  });
  try {
    if (!(await readPrompt(run, stopped, onTokens))) return null;
    const distributions: Float64Array[] = [];
    for (const [index, token] of answer.entries()) {
      if (index > 0) {
        if (stopped()) return null;
        await run.decodeToken();
        onTokens(run.processed);
      }
      const bytes = await readBack(model.device, run.forward.logits, vocabSize * 4);
      distributions.push(logProbabilities(new Float32Array(bytes)));
      run.force(token);
    }
    return distributions;
  } finally {
    run.destroy();
  }
}

function logProbabilities(logits: Float32Array): Float64Array {
  const highest = logits.reduce((most, logit) => Math.max(most, logit), Number.NEGATIVE_INFINITY);
  const mass = logits.reduce((total, logit) => total + Math.exp(logit - highest), 0);
  return Float64Array.from(logits, (logit) => logit - highest - Math.log(mass));
}

/** KL(p ‖ q) in nats, of logarithms; rounding must not make it negative. */
function divergence(p: Float64Array, q: Float64Array): number {
  return Math.max(
    0,
    p.reduce((total, logP, i) => total + Math.exp(logP) * (logP - q[i]), 0),
  );
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
