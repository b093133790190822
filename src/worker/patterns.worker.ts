/** Tries a tokenizer's patterns apart from the engine, where one without an end can be ended. */
import { tryPatterns } from '../model/tokenizer-check';

self.onmessage = ({ data }: MessageEvent<string[]>) => {
  tryPatterns(data);
  self.postMessage({ ok: true, value: null });
};
