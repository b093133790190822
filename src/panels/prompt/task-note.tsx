import type { PreparedPrompt } from '../../needle/prompt-spec';
import { taskChange } from '../../state/choose-task';
import { usePage, usePageActions, usePageStore } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { drawSeed } from './draw-seed';

const selectPrompt = (state: PageState) => state.prompt;

/** In place of the needle's fields where a task and the seed decide what is hidden: what they made of it. */
export function TaskNote() {
  const prompt = usePage(selectPrompt);
  const { changeNumber } = usePageActions();
  // The prompt of an earlier setup may still be on screen for a moment.
  const made = prompt?.spec.task ? prompt : null;
  return (
    <div className="task-note">
      {made && <Made prompt={made} />}
      <p className="task-tools">
        <button type="button" className="small" onClick={() => changeNumber('seed', drawSeed())}>
          Another seed
        </button>
        <WriteOwn prompt={made} />
      </p>
    </div>
  );
}

function Made({ prompt: { spec, needles } }: { prompt: PreparedPrompt }) {
  const asked = needles.filter((needle) => needle.asked).length;
  const others = needles.length - asked;
  return (
    <dl>
      <dt>
        <span className="swatch needle-swatch" aria-hidden="true" />
        {asked === 1 ? 'Needle' : 'Needles'}
      </dt>
      <dd>
        {spec.needle}
        {others > 0 && (
          <span className="hint">
            {' '}
            and {others} that {others === 1 ? 'distracts' : 'distract'}
          </span>
        )}
      </dd>
      <dt>
        <span className="swatch question-swatch" aria-hidden="true" />
        Question
      </dt>
      <dd>{spec.question}</dd>
      <dt>Expected</dt>
      <dd>{spec.expected}</dd>
    </dl>
  );
}

/** A single needle can be gone on with by hand; several would become one. */
function WriteOwn({ prompt }: { prompt: PreparedPrompt | null }) {
  const store = usePageStore();
  const { changeSetup } = usePageActions();
  if (prompt?.needles.length !== 1) return null;
  const { needle, question, expected } = prompt.spec;
  return (
    <button
      type="button"
      className="small"
      onClick={() =>
        changeSetup({
          ...taskChange(store.getState().setup, null),
          needle,
          question,
          expected,
        })
      }
    >
      Write my own from this
    </button>
  );
}
