import type { ChatFrame, ChatTemplate } from '../model/chat-template';
import { TroubleError } from '../trouble';
import { apart } from './apart';

/** @throws TroubleError `model-damaged` where the template fails or comes to no end */
export async function renderApart(template: ChatTemplate): Promise<ChatFrame> {
  const worker = new Worker(new URL('./template.worker.ts', import.meta.url), { type: 'module' });
  return await apart(
    worker,
    template,
    (why) =>
      new TroubleError(
        'model-damaged',
        `The model's chat template cannot be used: ${why}.`,
        'Switch “use chat template” off; the model reads plain text.',
      ),
  );
}
