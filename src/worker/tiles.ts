import type { GpuModel } from '../engine/gpu-model';
import type { Run } from '../engine/run';
import { attentionTile } from '../probes/attention-tile';
import type { HeldRun, Tile, TileRequest } from './protocol';

interface Inspected {
  model: GpuModel;
  run: Run;
}

/** Computes tiles of the runs that the engine holds, and gives up those that nobody waits for any more. */
export class Tiles {
  /** The newest request of each channel. */
  private readonly wanted = new Map<string, TileRequest>();

  constructor(private readonly inspected: (of: HeldRun) => Promise<Inspected>) {}

  /** @returns null where it was cancelled, or where another request of its channel came */
  async compute(request: TileRequest, channel?: string): Promise<Tile | null> {
    if (channel !== undefined) this.wanted.set(channel, request);
    const stopped = () => channel !== undefined && this.wanted.get(channel) !== request;
    const { of = 'run' } = request;
    const tile = await this.tileOf(of === 'difference' ? 'run' : of, request, stopped);
    if (!tile || of !== 'difference') return tile && { request, ...tile };
    const other = await this.tileOf('compared', request, stopped);
    return other && { request, ...tile, compared: other.weights };
  }

  cancel(channel: string): void {
    this.wanted.delete(channel);
  }

  private async tileOf(of: HeldRun, request: TileRequest, stopped: () => boolean) {
    const { model, run } = await this.inspected(of);
    return await attentionTile(model, run, request, stopped);
  }
}
