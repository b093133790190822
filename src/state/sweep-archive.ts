import { sampleKey } from '../needle/sweep/order';
import type { SampleOutcome, SweepPlan } from '../needle/sweep/plan';
import { TroubleError } from '../trouble';
import type { StoredSweep } from './needle-lab-state';

/** What this browser keeps of sweeps. */
export interface SweepArchive {
  /** Newest first. */
  list(): Promise<StoredSweep[]>;
  /** Keeps a plan, or finds it again with what it has; the larger number of samples counts. */
  keep(id: string, plan: SweepPlan): Promise<{ plan: SweepPlan; outcomes: SampleOutcome[] }>;
  /** @throws TroubleError `bad-input` for a sweep that is not there */
  read(id: string): Promise<{ plan: SweepPlan; outcomes: SampleOutcome[] }>;
  /** Keeps an outcome; another one of the same sample before it is replaced. */
  add(id: string, outcome: SampleOutcome): Promise<void>;
  remove(id: string): Promise<void>;
}

const NAME = 'needlescope';
const VERSION = 1;
const SWEEPS = 'sweeps';
const OUTCOMES = 'outcomes';

type SweepRecord = Omit<StoredSweep, 'done'>;
interface OutcomeRecord {
  sweep: string;
  sample: string;
  /** Outcomes are read in the order in which they came. */
  at: number;
  outcome: SampleOutcome;
}

/** Keeps sweeps in IndexedDB: a record a sweep, and a record a sample as soon as it is done. */
export function createSweepArchive(factory: IDBFactory = indexedDB): SweepArchive {
  let opened: Promise<IDBDatabase> | null = null;
  const database = () => {
    opened ??= open(factory).catch((error) => {
      opened = null;
      throw error;
    });
    return opened;
  };

  /** Runs one transaction and waits until it is written. */
  async function transact<T>(
    mode: IDBTransactionMode,
    work: (sweeps: IDBObjectStore, outcomes: IDBObjectStore) => Promise<T>,
  ): Promise<T> {
    const transaction = (await database()).transaction([SWEEPS, OUTCOMES], mode);
    const written = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(storageTrouble(transaction.error));
    });
    const result = await work(
      transaction.objectStore(SWEEPS),
      transaction.objectStore(OUTCOMES),
    ).catch((error) => {
      // Nobody waits for the transaction any more.
      written.catch(() => {});
      throw error instanceof DOMException ? storageTrouble(error) : error;
    });
    await written;
    return result;
  }

  async function outcomesOf(store: IDBObjectStore, id: string): Promise<SampleOutcome[]> {
    const records: OutcomeRecord[] = await done(store.getAll(samplesOfSweep(id)));
    return records.sort((a, b) => a.at - b.at).map(({ outcome }) => outcome);
  }

  return {
    list: () =>
      transact('readonly', async (sweeps, outcomes) => {
        const records: SweepRecord[] = await done(sweeps.getAll());
        const counted = records.map(async (record) => ({
          ...record,
          done: await done(outcomes.count(samplesOfSweep(record.id))),
        }));
        return (await Promise.all(counted)).sort((a, b) => b.begunAt - a.begunAt);
      }),
    keep: (id, wished) =>
      transact('readwrite', async (sweeps, outcomes) => {
        const before: SweepRecord | undefined = await done(sweeps.get(id));
        const samples = Math.max(wished.samples, before?.plan.samples ?? 0);
        const plan = { ...wished, samples };
        const record: SweepRecord = { id, plan, begunAt: before?.begunAt ?? Date.now() };
        await done(sweeps.put(record));
        return { plan, outcomes: await outcomesOf(outcomes, id) };
      }),
    read: (id) =>
      transact('readonly', async (sweeps, outcomes) => {
        const record: SweepRecord | undefined = await done(sweeps.get(id));
        if (!record) {
          throw new TroubleError(
            'bad-input',
            'This sweep is no longer kept by the browser.',
            'Start it again; its plan gives the same prompts.',
          );
        }
        return { plan: record.plan, outcomes: await outcomesOf(outcomes, id) };
      }),
    add: (id, outcome) =>
      transact('readwrite', async (_sweeps, outcomes) => {
        const sample = sampleKey(outcome);
        const record: OutcomeRecord = { sweep: id, sample, at: Date.now(), outcome };
        await done(outcomes.put(record));
      }),
    remove: (id) =>
      transact('readwrite', async (sweeps, outcomes) => {
        await done(sweeps.delete(id));
        await done(outcomes.delete(samplesOfSweep(id)));
      }),
  };
}

/** Keys of all outcomes of a sweep: arrays sort after all texts, so [id, []] comes after every sample. */
function samplesOfSweep(id: string): IDBKeyRange {
  return IDBKeyRange.bound([id], [id, []]);
}

function open(factory: IDBFactory): Promise<IDBDatabase> {
  const request = factory.open(NAME, VERSION);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(SWEEPS, { keyPath: 'id' });
    request.result.createObjectStore(OUTCOMES, { keyPath: ['sweep', 'sample'] });
  };
  return done(request);
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(storageTrouble(request.error));
  });
}

function storageTrouble(error: DOMException | null): TroubleError {
  return new TroubleError(
    'internal',
    `The browser could not keep the sweep: ${error?.message || error?.name || 'its storage failed'}.`,
    'Allow this page to store data, or free some space; what was kept before is still there.',
    [{ do: 'retry', label: 'Go on' }],
  );
}
