import { createGpuModel, type GpuModel } from '../engine/gpu-model';
import { weightTypes } from '../engine/weight-bytes';
import { checkModelFits } from '../engine/weights';
import { acquireGpu, type Gpu } from '../gpu/device';
import type { ChatFrame } from '../model/chat-template';
import type { Checkpoint } from '../model/checkpoint';
import { noteContents } from '../model/fingerprint';
import { openModel } from '../model/open-model';
import { addressOfSource } from '../model/source';
import type { TrainingCurves } from '../model/training-curves';
import type { Calibration } from '../strategies/calibration';
import { TroubleError } from '../trouble';
import { renderApart } from './chat-frame';
import type { ModelSources } from './model-sources';
import type { AdapterInfo, EngineEvent, LoadRequest, ModelInfo, Precision } from './protocol';
import { shippedCalibration } from './shipped-calibration';
import { shippedTraining } from './shipped-training';
import { tryPatternsApart } from './try-patterns';

/** What is known of a model beside its weights. */
interface Origin {
  /** What `?model=` takes. */
  address: string | null;
  /** What came with it. */
  calibration: Calibration | null;
  training(): Promise<TrainingCurves | null>;
  fingerprint(): string;
}

/** A loaded model with the device that it lives on. */
export class ModelSlot {
  private destroyed = false;
  private frame: Promise<ChatFrame> | null = null;
  /** Set when the device was lost by itself, with the reason. */
  lostReason: string | null = null;

  private constructor(
    readonly checkpoint: Checkpoint,
    readonly model: GpuModel,
    private readonly origin: Origin,
    onLost: () => void,
  ) {
    void model.device.lost.then(({ reason, message }) => {
      if (this.destroyed) return;
      this.lostReason = message || reason;
      onLost();
    });
  }

  /**
   * Fetches, checks and uploads a model.
   * @throws TroubleError; AbortError where `signal` ended it, and then nothing stays allocated
   */
  static async load(
    request: LoadRequest,
    sources: ModelSources,
    signal: AbortSignal,
    emit: (event: EngineEvent) => void,
    onLost: () => void,
  ): Promise<ModelSlot> {
    const gpu = await acquireGpu(navigator.gpu);
    try {
      const storage = storageFor(gpu, request.precision);
      const { files, complete } = await sources.open(request, {
        signal,
        onDownload: (file, done, total) =>
          emit({ type: 'load', phase: 'download', done, total, file }),
        onWhole: (file) => emit({ type: 'load-note', note: wholeNote(file) }),
      });
      const checkpoint = await openModel(files, (config) => checkModelFits(config));
      // Beside the upload; awaited before anything is read with them.
      const patternsTried = tryPatternsApart(checkpoint.tokenizer?.patterns ?? []);
      patternsTried.catch(() => {});
      const calibration = await shippedCalibration(files, checkpoint.config);
      const noted = noteContents(checkpoint.tensors);
      const origin = {
        address: addressOfSource(request.source),
        calibration,
        // No repository of the hub has such a file.
        training: async () => (request.source.kind === 'hub' ? null : shippedTraining(files)),
        ...noted,
      };
      const read = { ...checkpoint, tensors: noted.tensors };
      const slot = await ModelSlot.place(gpu, read, storage, origin, emit, onLost);
      await patternsTried;
      await complete();
      signal.throwIfAborted();
      return slot;
    } catch (error) {
      gpu.device.destroy();
      throw error;
    }
  }

  /** The same model on a new device, read again from where it is stored. */
  async revive(emit: (event: EngineEvent) => void, onLost: () => void): Promise<ModelSlot> {
    this.destroy();
    const gpu = await acquireGpu(navigator.gpu);
    const { checkpoint, model, origin } = this;
    return await ModelSlot.place(gpu, checkpoint, model, origin, emit, onLost);
  }

  /**
   * What the model's chat template puts around a message; rendered once.
   * @throws TroubleError `bad-input` where it has none, `model-damaged` where it cannot be used
   */
  chatFrame(): Promise<ChatFrame> {
    const { chatTemplate: source, tokenizer, config, name } = this.checkpoint;
    if (source === null || !tokenizer) {
      throw new TroubleError(
        'bad-input',
        `The model “${name}” has no chat template.`,
        'Switch “use chat template” off, or load a model that was trained for chats.',
      );
    }
    const nameOf = (id: number | null | undefined) =>
      id === null || id === undefined ? '' : tokenizer.pieceOf(id);
    this.frame ??= renderApart({
      source,
      bosToken: nameOf(tokenizer.bosId),
      eosToken: nameOf(config.eosIds[0]),
    });
    return this.frame;
  }

  /** How the model came to be, where its folder tells. */
  training(): Promise<TrainingCurves | null> {
    return this.origin.training();
  }

  get info(): ModelInfo {
    const { checkpoint, model, origin } = this;
    const { config } = checkpoint;
    return {
      address: origin.address,
      name: checkpoint.name,
      fingerprint: origin.fingerprint(),
      parameters: checkpoint.parameters,
      layers: config.layers,
      heads: config.heads,
      kvHeads: config.kvHeads,
      headDim: config.headDim,
      vocabSize: config.vocabSize,
      contextLength: config.contextLength,
      precision: model.precision,
      weightTypes: weightTypes(checkpoint, model.precision, model.rounding),
      weightBytes: model.weights.buffers.bytes,
      hasTokenizer: checkpoint.tokenizer !== null,
      hasChatTemplate: checkpoint.chatTemplate !== null,
      calibration: origin.calibration,
      adapter: this.adapter,
    };
  }

  get adapter(): AdapterInfo {
    const { adapter, device } = this.model.gpu;
    const { vendor, architecture, description } = adapter;
    return {
      name: description || [vendor, architecture].filter(Boolean).join(' ') || 'unnamed adapter',
      vendor,
      architecture,
      features: [...device.features].map(String),
      maxBufferBytes: device.limits.maxBufferSize,
    };
  }

  destroy(): void {
    this.destroyed = true;
    this.model.device.destroy();
  }

  private static async place(
    gpu: Gpu,
    checkpoint: Checkpoint,
    { precision, rounding }: Storage,
    origin: Origin,
    emit: (event: EngineEvent) => void,
    onLost: () => void,
  ): Promise<ModelSlot> {
    const model = await createGpuModel(gpu, checkpoint, precision, {
      rounding,
      onRead: (done, total) => emit({ type: 'load', phase: 'read', done, total }),
      onCompiled: (done, total) => emit({ type: 'load', phase: 'compile', done, total }),
    });
    return new ModelSlot(checkpoint, model, origin, onLost);
  }
}

function wholeNote(file: string): string {
  return `The server sends no parts of files, so all of ${file} is fetched before it is read.`;
}

/** What plain values are stored as, and what matrices are rounded to. */
type Storage = Pick<GpuModel, 'precision' | 'rounding'>;

/** What a wish means on an adapter. @throws TroubleError `adapter-too-small` */
export function storageFor(gpu: Gpu, wished: Precision): Storage {
  const best = gpu.halfPrecision ? 'f16' : 'f32';
  if (wished === 'int8' || wished === 'int4') return { precision: best, rounding: wished };
  if (wished === 'f16' && !gpu.halfPrecision) {
    throw new TroubleError(
      'adapter-too-small',
      'f16 was asked for, and this graphics adapter does not offer shader-f16.',
      'Load the model in f32, int8 or int4.',
    );
  }
  return { precision: wished === 'auto' ? best : wished, rounding: null };
}
