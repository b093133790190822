import { createGpuModel, type GpuModel } from '../engine/gpu-model';
import { checkModelFits } from '../engine/weights';
import { acquireGpu, type Gpu } from '../gpu/device';
import { type Checkpoint, openCheckpoint } from '../model/checkpoint';
import { httpFiles } from '../model/http-files';
import type { Calibration } from '../strategies/calibration';
import { TroubleError } from '../trouble';
import type { AdapterInfo, EngineEvent, LoadRequest, ModelInfo } from './protocol';
import { shippedCalibration } from './shipped-calibration';

/** A loaded model with the device that it lives on. */
export class ModelSlot {
  private destroyed = false;
  /** Set when the device was lost by itself, with the reason. */
  lostReason: string | null = null;

  private constructor(
    readonly checkpoint: Checkpoint,
    readonly model: GpuModel,
    private readonly calibration: Calibration | null,
    onLost: () => void,
  ) {
    void model.device.lost.then(({ reason, message }) => {
      if (this.destroyed) return;
      this.lostReason = message || reason;
      onLost();
    });
  }

  /** Fetches, checks and uploads a model. */
  static async load(
    request: LoadRequest,
    emit: (event: EngineEvent) => void,
    onLost: () => void,
  ): Promise<ModelSlot> {
    const gpu = await acquireGpu(navigator.gpu);
    try {
      const precision = precisionFor(gpu, request.precision);
      const files = httpFiles(request.url);
      const checkpoint = await openCheckpoint(files, (config) => checkModelFits(config));
      const calibration = await shippedCalibration(files, checkpoint.config);
      return await ModelSlot.place(gpu, checkpoint, precision, calibration, emit, onLost);
    } catch (error) {
      gpu.device.destroy();
      throw error;
    }
  }

  /** The same model on a new device. */
  async revive(emit: (event: EngineEvent) => void, onLost: () => void): Promise<ModelSlot> {
    this.destroy();
    const gpu = await acquireGpu(navigator.gpu);
    const { checkpoint, model, calibration } = this;
    return await ModelSlot.place(gpu, checkpoint, model.precision, calibration, emit, onLost);
  }

  get info(): ModelInfo {
    const { checkpoint, model, calibration } = this;
    const { config } = checkpoint;
    return {
      url: checkpoint.url,
      name: checkpoint.name,
      parameters: checkpoint.parameters,
      layers: config.layers,
      heads: config.heads,
      kvHeads: config.kvHeads,
      headDim: config.headDim,
      vocabSize: config.vocabSize,
      contextLength: config.contextLength,
      precision: model.precision,
      weightBytes: model.weights.buffers.bytes,
      hasTokenizer: checkpoint.tokenizer !== null,
      calibration,
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
    precision: 'f32' | 'f16',
    calibration: Calibration | null,
    emit: (event: EngineEvent) => void,
    onLost: () => void,
  ): Promise<ModelSlot> {
    const model = await createGpuModel(gpu, checkpoint, precision, {
      onRead: (done, total) => emit({ type: 'load', phase: 'read', done, total }),
      onCompiled: (done, total) => emit({ type: 'load', phase: 'compile', done, total }),
    });
    return new ModelSlot(checkpoint, model, calibration, onLost);
  }
}

function precisionFor(gpu: Gpu, wished: LoadRequest['precision']): 'f32' | 'f16' {
  if (wished === 'f16' && !gpu.halfPrecision) {
    throw new TroubleError(
      'adapter-too-small',
      'f16 was asked for, and this graphics adapter does not offer shader-f16.',
      'Load the model in f32.',
    );
  }
  if (wished === 'auto') return gpu.halfPrecision ? 'f16' : 'f32';
  return wished;
}
