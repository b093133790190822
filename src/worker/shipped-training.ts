import { type ModelFiles, readOptionalJson } from '../model/files';
import { type TrainingCurves, trainingCurvesIn } from '../model/training-curves';

/** The curves of the training run that lie beside a model's weights, or null. */
export async function shippedTraining(files: ModelFiles): Promise<TrainingCurves | null> {
  try {
    return trainingCurvesIn(await readOptionalJson(files, 'training.json'));
  } catch {
    // Not to be had, or another program's file: the model runs without.
    return null;
  }
}
