import type { Constants } from '../gpu/kernels';
import type { Stage, Step } from './recorder';

/** What one kind of kernel did, summed over its dispatches. */
export interface KernelRecord {
  /** What it is for, or else the kernel's own name. */
  name: string;
  /** File of the kernel below `shaders/`; variants of a file have names of their own. */
  kernel: string;
  stage: Stage;
  /** Override constants, the model's sizes among them. */
  constants: Constants;
  dispatches: number;
  /** GPU milliseconds of all dispatches. */
  ms: number;
}

/** Which kernels ran and how long each took, where every one gets a pass of its own. */
export class KernelLog {
  /** GPU milliseconds by name. */
  readonly ms: Record<string, number> = {};
  private readonly records = new Map<string, KernelRecord>();

  note({ name, pipeline }: Step, stage: Stage): void {
    let record = this.records.get(name);
    if (!record) {
      const { name: kernel, constants } = pipeline;
      record = { name, kernel, stage, constants, dispatches: 0, ms: 0 };
      this.records.set(name, record);
    }
    record.dispatches++;
  }

  /** What was noted since the last time, in the order of first use. */
  take(): KernelRecord[] {
    const taken = Array.from(this.records.values(), (record) => ({
      ...record,
      ms: this.ms[record.name] ?? 0,
    }));
    this.records.clear();
    for (const name of Object.keys(this.ms)) delete this.ms[name];
    return taken;
  }
}
