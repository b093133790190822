/** What the measurements of speed take and give. */
import type { Roofline } from '../gpu/roofline';
import type { StrategyChoice } from '../strategies/registry';
import type { RunRequest } from './protocol';

export type { Roofline };

export interface BenchRequest extends Pick<RunRequest, 'prompt' | 'strategy' | 'calibration'> {
  /** Decode steps that are timed. */
  steps: number;
}

/** What was asked of the GPU, and copied back from it. */
export interface Traffic {
  dispatches: number;
  bytesReadBack: number;
}

/** One kind of kernel in one submission: all its dispatches together. */
export interface KernelTime {
  /** What it is for, or the kernel's own name. */
  name: string;
  /** Its file below `shaders/`. */
  kernel: string;
  stage: 'model' | 'selection' | 'attention';
  dispatches: number;
  /** GPU milliseconds. */
  ms: number;
  /** Floating-point operations, and bytes moved at least; null where there is no formula. */
  flops: number | null;
  bytes: number | null;
}

/** The kernels of a chunk of the prompt or of a decode step: means over several of them. */
export interface KernelTimes {
  /** Tokens of the chunk; 1 for a decode step. */
  tokens: number;
  /** Chunks or steps that the means are over. */
  submissions: number;
  kernels: KernelTime[];
}

export interface BenchResult {
  model: string;
  adapter: string;
  precision: 'f32' | 'f16';
  strategy: StrategyChoice;
  promptTokens: number;
  /** Decode steps that were timed. */
  steps: number;
  /** Time to read the prompt. */
  prefillMs: number;
  /** Time of a decode step: the median. */
  decodeMs: number;
  /** While the prompt was read, and for one decode step. */
  traffic: { prefill: Traffic; decode: Traffic };
  /** null where the adapter cannot time kernels. */
  kernels: { prefill: KernelTimes; decode: KernelTimes } | null;
}
