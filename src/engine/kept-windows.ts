import { layerWindow, type ModelConfig } from '../model/config';
import type { HeadWindow, Strategy } from './strategy';

/** Which slots a KV head still shows to its queries; what it hides for good is evicted. */
export interface KeptWindow extends HeadWindow {
  /** Whether it is the model's layer that hides them, and not the policy. */
  byModel: boolean;
}

/**
 * The window of each KV head, [layers * kvHeads]: the policy's; where that keeps all, and nothing but attention
 * looks at what is kept, the layer's own. Elsewhere kernels still hide what lies outside the layer's window,
 * and the policy decides what is kept.
 */
export function keptWindows(strategy: Strategy, config: ModelConfig): KeptWindow[] {
  const { prefill, cache, decode, score } = strategy;
  const prepared = cache.prepare ?? decode.prepare ?? score.prepare;
  const alone = !prepared && prefill.parts.length === 0 && cache.positions === 'original';
  return Array.from({ length: config.layers * config.kvHeads }, (_, head) => {
    const layer = Math.floor(head / config.kvHeads);
    const own = cache.windowOf(layer, head % config.kvHeads);
    const recent = layerWindow(config, layer);
    const byModel = alone && !Number.isFinite(own.recent) && Number.isFinite(recent);
    return byModel ? { sinks: 0, recent, byModel } : { ...own, byModel };
  });
}
