import { type Calibration, parseCalibration } from '../strategies/calibration';
import type { ModelInfo } from '../worker/protocol';

/** Folders of one name may hold other models; what is in them tells. */
function keyOf({ name, fingerprint }: ModelInfo): string {
  return `needlescope.calibration.${name}.${fingerprint}`;
}

/** What this browser keeps about a model, or null. */
export function storedCalibration(model: ModelInfo): Calibration | null {
  const text = localStorage.getItem(keyOf(model));
  if (text === null) return null;
  try {
    return parseCalibration(JSON.parse(text), model);
  } catch {
    // Kept by another version of the page, or of the model: it has to be measured again.
    return null;
  }
}

export function storeCalibration(model: ModelInfo, calibration: Calibration): void {
  localStorage.setItem(keyOf(model), JSON.stringify(calibration));
}
