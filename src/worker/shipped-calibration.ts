import { type ModelFiles, readOptionalJson } from '../model/files';
import { type Calibration, parseCalibration } from '../strategies/calibration';
import type { ModelShape } from '../strategies/schema';

/** What was measured before and lies beside a model's weights, or null. */
export async function shippedCalibration(
  files: ModelFiles,
  shape: ModelShape,
): Promise<Calibration | null> {
  try {
    const json = await readOptionalJson(files, 'calibration.json');
    // The folder may have another name than where it was measured.
    return json === null ? null : { ...parseCalibration(json, shape), model: files.name };
  } catch {
    // Another program's file, or one for other weights: no reason to refuse the model. It can be measured.
    return null;
  }
}
