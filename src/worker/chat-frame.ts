import type { ChatFrame, ChatTemplate } from '../model/chat-template';
import { TroubleError } from '../trouble';
import type { Outcome } from './protocol';

const MOST_MS = 5000;

/** @throws TroubleError `model-damaged` where the template fails or comes to no end */
export async function renderApart(template: ChatTemplate): Promise<ChatFrame> {
  const worker = new Worker(new URL('./template.worker.ts', import.meta.url), { type: 'module' });
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const outcome = await new Promise<Outcome<ChatFrame>>((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => {
        event.preventDefault?.();
        reject(failed('it could not be rendered'));
      };
      timer = setTimeout(() => reject(failed(`it comes to no end in ${MOST_MS} ms`)), MOST_MS);
      worker.postMessage(template);
    });
    if (outcome.ok) return outcome.value;
    const { code, what, advice } = outcome.trouble;
    throw new TroubleError(code, what, advice);
  } finally {
    clearTimeout(timer);
    worker.terminate();
  }
}

function failed(why: string): TroubleError {
  return new TroubleError(
    'model-damaged',
    `The model's chat template cannot be used: ${why}.`,
    'Switch “use chat template” off; the model reads plain text.',
  );
}
