import { useId } from 'react';
import { generateNeedle } from '../../needle/needles';
import type { PreparedPrompt } from '../../needle/prompt-spec';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { PROMPT_PARAMETERS, parameterProblem } from '../../state/setup';
import type { NumberParameter } from '../../strategies/schema';
import { formatCount, formatPercent } from '../parts/numbers';
import { Panel } from '../parts/panel';
import { ParameterControl } from '../parts/parameter-control';
import { ChatTemplate } from './chat-template';
import { drawSeed } from './draw-seed';
import { HaystackFields } from './haystack-fields';
import { TaskNote } from './task-note';
import { TaskPicker } from './task-picker';
import './prompt-panel.css';

const selectSetup = (state: PageState) => state.setup;
const selectPrompt = (state: PageState) => state.prompt;
const selectProblem = (state: PageState) => state.troubles.prompt ?? null;

const selectCannotRead = (state: PageState) => state.model?.hasTokenizer === false;

/** What the model reads: a haystack, the needle in it, the question after it. */
export function PromptPanel() {
  const { wholeText, haystack, task } = usePage(selectSetup);
  return (
    <Panel name="prompt" title="Prompt" info={<AboutPrompt />}>
      <HaystackFields />
      {!(wholeText && 'text' in haystack) && <PromptNumber parameter={PROMPT_PARAMETERS.length} />}
      <PromptNumber parameter={PROMPT_PARAMETERS.depth} />
      <TaskPicker />
      {task ? <TaskNote /> : <NeedleFields />}
      <ChatTemplate />
      <details>
        <summary>Seed and answer length</summary>
        <PromptNumber parameter={PROMPT_PARAMETERS.seed} />
        <PromptNumber parameter={PROMPT_PARAMETERS.maxTokens} />
      </details>
      <Realised />
    </Panel>
  );
}

function PromptNumber({ parameter }: { parameter: NumberParameter }) {
  const value = usePage(selectSetup).numbers[parameter.name];
  const { changeNumber } = usePageActions();
  return (
    <ParameterControl
      parameter={parameter}
      value={value}
      problem={parameterProblem(parameter, value)}
      onChange={(next) => changeNumber(parameter.name, next)}
    />
  );
}

function NeedleFields() {
  const id = useId();
  const { needle, question, expected } = usePage(selectSetup);
  const { changeSetup } = usePageActions();
  return (
    <div className="needle-fields">
      <div className="field-head">
        <label htmlFor={`${id}-needle`}>
          <span className="swatch needle-swatch" aria-hidden="true" />
          Needle
        </label>
        <button
          type="button"
          className="small"
          aria-label="New needle"
          title="Another needle with its question"
          onClick={() => changeSetup(generateNeedle(drawSeed()))}
        >
          new
        </button>
      </div>
      <textarea
        id={`${id}-needle`}
        rows={2}
        value={needle}
        onChange={(event) => changeSetup({ needle: event.target.value })}
      />
      <label htmlFor={`${id}-question`}>
        <span className="swatch question-swatch" aria-hidden="true" />
        Question
      </label>
      <input
        id={`${id}-question`}
        type="text"
        value={question}
        onChange={(event) => changeSetup({ question: event.target.value })}
      />
      <label htmlFor={`${id}-expected`}>Expected</label>
      <input
        id={`${id}-expected`}
        type="text"
        value={expected}
        onChange={(event) => changeSetup({ expected: event.target.value })}
      />
    </div>
  );
}

function Realised() {
  const prompt = usePage(selectPrompt);
  const problem = usePage(selectProblem);
  const cannotRead = usePage(selectCannotRead);
  return (
    <p className="realised" aria-live="polite">
      {problem ? <span className="problem">{problem.what}</span> : prompt && describe(prompt)}
      {cannotRead && 'This model came without tokenizer.json, so it cannot read text.'}
    </p>
  );
}

function describe({ ids, needles, needleSpan, realisedDepth }: PreparedPrompt): string {
  const length = `The prompt has ${formatCount(ids.length)} tokens`;
  if (!needleSpan || realisedDepth === null) return `${length}, without a needle.`;
  const asked = needles.filter((needle) => needle.asked);
  if (asked.length > 1) {
    const [first, last] = [asked[0], asked[asked.length - 1]];
    return `${length}; ${formatCount(asked.length)} needles are at depths from ${formatPercent(first.depth / 100)} to ${formatPercent(last.depth / 100)}.`;
  }
  const [from, to] = needleSpan;
  return `${length}; the needle is at positions ${formatCount(from)}–${formatCount(to - 1)}, a depth of ${formatPercent(realisedDepth / 100)}.`;
}

function AboutPrompt() {
  return (
    <>
      <p>
        The prompt is the model’s first token, a stretch of the haystack with the needle put between
        two of its sentences, and the question. The model then goes on after “Answer:”.
      </p>
      <p>
        A fact counts as found when the first line of the answer contains the expected words. Length
        is counted in tokens of the model; depth in percent of the haystack’s tokens.
      </p>
      <p>
        A task hides needles of its own: several, some that only distract, or the links of a chain.
        Its first needle goes to the depth, the others follow at equal steps; the seed draws names
        and values.
      </p>
      <p>
        Try: put the needle at 0 %, 50 % and 100 %, then double the length until the answer breaks.
      </p>
    </>
  );
}
