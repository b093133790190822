import { TroubleError } from '../trouble';
import { apart } from './apart';

/** @throws TroubleError `model-damaged` where a tokenizer's pattern takes forever on plain texts */
export async function tryPatternsApart(patterns: string[]): Promise<void> {
  if (patterns.length === 0) return;
  const worker = new Worker(new URL('./patterns.worker.ts', import.meta.url), { type: 'module' });
  await apart<null>(
    worker,
    patterns,
    (why) =>
      new TroubleError(
        'model-damaged',
        `tokenizer.json: one of its ${patterns.length} patterns cannot be used: ${why}.`,
        'Fetch the model again, or choose another one.',
      ),
  );
}
