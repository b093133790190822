import {
  type Calibration,
  type CalibrationKind,
  calibrationFor,
  holdsKind,
} from '../strategies/calibration';
import { neededCalibrations } from '../strategies/needed-calibrations';
import { TroubleError, troubleOf } from '../trouble';
import { unwrap } from '../worker/client';
import type { EngineApi, ModelInfo } from '../worker/protocol';
import type { PageActions } from './page-actions';
import type { PageStore } from './page-store';
import { saveFile } from './save-file';
import { storeCalibration } from './stored-calibrations';

export interface CalibrationActions {
  /**
   * Measures what the chosen strategies need and the page lacks; if it lacks nothing, all that they need
   * again. Or just these kinds.
   */
  calibrate(kinds?: CalibrationKind[]): Promise<void>;
  /** Lays the calibration of a JSON file over what the page has. */
  importCalibration(file: Blob): Promise<void>;
  /** Saves what the page has as a JSON file. */
  exportCalibration(): void;
}

export function createCalibrationActions(
  engine: Pick<EngineApi, 'calibrate'>,
  { getState, setState }: PageStore,
  report: PageActions['report'],
): CalibrationActions {
  function keep(model: ModelInfo, news: Calibration) {
    const calibration = { ...getState().calibration, ...news };
    setState({ calibration });
    storeCalibration(model, calibration);
  }

  async function calibrate(kinds?: CalibrationKind[]) {
    const { model, setup, calibration, activity, calibrating } = getState();
    if (!model || activity !== 'idle' || calibrating) return;
    report('calibration', null);
    const { strategy, compared } = setup;
    const needed = kinds ?? [
      ...new Set([strategy, compared ?? strategy].flatMap(neededCalibrations)),
    ];
    const missing = needed.filter((kind) => !holdsKind(calibration, kind));
    setState({ calibrating: { done: 0, total: 0, what: 'starting', begunAt: performance.now() } });
    try {
      const measured = unwrap(await engine.calibrate(missing.length > 0 ? missing : needed));
      if (measured) keep(model, measured);
    } catch (error) {
      report('calibration', troubleOf(error));
    }
    setState({ calibrating: null });
  }

  async function importCalibration(file: Blob) {
    const { model } = getState();
    if (!model) return;
    report('calibration', null);
    try {
      keep(model, calibrationFor(jsonIn(await file.text()), model));
    } catch (error) {
      report('calibration', troubleOf(error));
    }
  }

  function exportCalibration() {
    const { calibration } = getState();
    if (!calibration) return;
    const text = `${JSON.stringify(calibration)}\n`;
    saveFile(`${calibration.model}.calibration.json`, text, 'application/json');
  }

  return { calibrate, importCalibration, exportCalibration };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TroubleError(
      'bad-input',
      `The file is not JSON: ${error instanceof Error ? error.message : error}`,
      'Import a file that was exported as a calibration.',
    );
  }
}
