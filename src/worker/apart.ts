import { TroubleError } from '../trouble';
import type { Outcome } from './protocol';

const MOST_MS = 5000;

/**
 * Lets a worker of its own do what files of others ask for, and ends it where that takes too long.
 * @param failed the trouble of what comes to no end or breaks the worker, by why
 * @throws TroubleError of the worker, or `failed`
 */
export async function apart<T>(
  worker: Worker,
  message: unknown,
  failed: (why: string) => TroubleError,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const outcome = await new Promise<Outcome<T>>((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = () => reject(failed('it breaks off'));
      timer = setTimeout(() => reject(failed(`it comes to no end in ${MOST_MS} ms`)), MOST_MS);
      worker.postMessage(message);
    });
    if (outcome.ok) return outcome.value;
    const { code, what, advice } = outcome.trouble;
    throw new TroubleError(code, what, advice);
  } finally {
    clearTimeout(timer);
    worker.terminate();
  }
}
