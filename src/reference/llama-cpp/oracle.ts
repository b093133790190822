/**
 * llama.cpp itself, as the npm package node-llama-cpp brings it prebuilt: what others compute, to compare
 * with. Tests only. Platforms without a prebuilt package have none of it.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getLlama, type Llama, LlamaLogLevel, type LlamaModel, type Token } from 'node-llama-cpp';
import { BLOCKS } from '../../model/blocks';
import type { TensorType } from '../../model/tensor';

/** Folder of the prebuilt libraries for this machine, or null. */
async function binaries(): Promise<string | null> {
  const system = { linux: 'linux', darwin: 'mac', win32: 'win' }[process.platform as string];
  const name = `${system}-${process.arch}${process.platform === 'darwin' && process.arch === 'arm64' ? '-metal' : ''}`;
  try {
    const { getBinsDir } = await import(`@node-llama-cpp/${name}`);
    const { binsDir } = getBinsDir();
    return join(binsDir, readdirSync(binsDir)[0]);
  } catch {
    return null;
  }
}

export interface Ggml {
  /** The values of whole blocks by ggml's own `dequantize_row_…`. */
  dequantise(type: TensorType, bytes: Uint8Array): Float32Array;
  /** Whole rows as blocks, by ggml's `quantize_row_…_ref`. */
  quantise(type: 'Q8_0' | 'Q4_0', values: Float32Array): Uint8Array;
}

/** ggml's block formats, called in its library; null where there is no prebuilt one. */
export async function loadGgml(): Promise<Ggml | null> {
  const folder = await binaries();
  const file = folder && readdirSync(folder).find((name) => /^(lib)?ggml-base\b/.test(name));
  // A machine without this package has no other one either.
  const foreign = await import('koffi').catch(() => null);
  if (!folder || !file || !foreign) return null;
  const library = foreign.default.load(join(folder, file));
  const rowFunction = (type: TensorType) => {
    if (type === 'F16') return 'ggml_fp16_to_fp32_row';
    if (type === 'BF16') return 'ggml_bf16_to_fp32_row';
    return `dequantize_row_${type.replace(/^Q/, 'q')}`;
  };
  return {
    dequantise(type, bytes) {
      if (type === 'F32') return new Float32Array(bytes.slice().buffer);
      const { values: perBlock, bytes: size } = BLOCKS[type];
      const values = new Float32Array((bytes.length / size) * perBlock);
      const convert = library.func(
        `void ${rowFunction(type)}(const void *, _Out_ float *, int64_t)`,
      );
      convert(bytes, values, values.length);
      return values;
    },
    quantise(type, values) {
      const { values: perBlock, bytes: size } = BLOCKS[type];
      const bytes = new Uint8Array((values.length / perBlock) * size);
      const name = `quantize_row_${type.replace(/^Q/, 'q')}_ref`;
      library.func(`void ${name}(const float *, _Out_ void *, int64_t)`)(
        values,
        bytes,
        values.length,
      );
      return bytes;
    },
  };
}

/** llama.cpp with one model. */
export interface LlamaCpp {
  /**
   * Log-probabilities of every token after each position, [position][token]: logits but for a constant.
   */
  logProbabilities(ids: number[]): Promise<number[][]>;
  /** Id that it puts before a text, or null. */
  firstToken: number | null;
  /** Token ids of a text, without BOS or EOS. @param special whether names of special tokens are these */
  tokenize(text: string, special?: boolean): number[];
  dispose(): Promise<void>;
}

/**
 * Loads the bytes of a GGUF file into llama.cpp, on the CPU and with f32 caches.
 * @returns null where there is no prebuilt library
 */
export async function loadLlamaCpp(gguf: Uint8Array): Promise<LlamaCpp | null> {
  if (!(await binaries())) return null;
  const folder = mkdtempSync(join(tmpdir(), 'needlescope-gguf-'));
  const file = join(folder, 'model.gguf');
  writeFileSync(file, gguf);
  let model: LlamaModel;
  try {
    model = await (await library()).loadModel({ modelPath: file, useMmap: false });
  } finally {
    rmSync(folder, { recursive: true });
  }
  return {
    async logProbabilities(ids) {
      const context = await model.createContext({
        contextSize: 64,
        batchSize: 64,
        threads: 1,
        flashAttention: false,
        experimentalKvCacheKeyType: 'F32',
        experimentalKvCacheValueType: 'F32',
      });
      const options = {
        generateNext: {
          probabilities: true,
          options: { temperature: 1, topK: 0, topP: 1, minP: 0 },
        },
      };
      const outputs = await context
        .getSequence()
        .controlledEvaluate(ids.map((id) => [id as Token, options]));
      await context.dispose();
      return outputs.map((output) => {
        const found = output?.next.probabilities ?? new Map<Token, number>();
        return Array.from({ length: found.size }, (_, id) => Math.log(found.get(id as Token) ?? 0));
      });
    },
    firstToken: model.tokens.shouldPrependBosToken ? model.tokens.bos : null,
    tokenize: (text, special = false) => [...model.tokenize(text, special)],
    dispose: () => model.dispose(),
  };
}

let llama: Promise<Llama> | undefined;

function library(): Promise<Llama> {
  llama ??= getLlama({ gpu: false, build: 'never', logLevel: LlamaLogLevel.error });
  return llama;
}
