/** Renders a chat template apart from the engine, so that one without an end can be ended. */
import { type ChatTemplate, renderFrame } from '../model/chat-template';
import { troubleOf } from '../trouble';

self.onmessage = ({ data }: MessageEvent<ChatTemplate>) => {
  try {
    self.postMessage({ ok: true, value: renderFrame(data) });
  } catch (error) {
    self.postMessage({ ok: false, trouble: troubleOf(error) });
  }
};
