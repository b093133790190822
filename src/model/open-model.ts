import { TroubleError } from '../trouble';
import { type Checkpoint, openCheckpoint } from './checkpoint';
import type { ModelConfig } from './config';
import type { ModelFiles } from './files';
import { isOtherPart, openGguf } from './gguf/checkpoint';

/**
 * Opens whatever a source holds: a folder with config.json and safetensors files, or a GGUF file.
 * @param onConfig called before any weight is asked for; it may throw to refuse the model
 * @throws TroubleError `model-missing`, `model-damaged` or `model-unsupported`.
 */
export async function openModel(
  files: ModelFiles,
  onConfig?: (config: ModelConfig) => void,
): Promise<Checkpoint> {
  const paths = await files.list();
  const path = paths && (await weightsAlone(paths, files));
  if (!path) return await openCheckpoint(files, onConfig);
  return await openGguf(files, path, onConfig);
}

/**
 * The GGUF file of a source without config.json, or null where there is none.
 * @throws TroubleError where the files cannot be a model, or could be several
 */
async function weightsAlone(paths: string[], files: ModelFiles): Promise<string | null> {
  const { address } = files;
  if (paths.includes('config.json')) return null;
  const models = paths.filter((path) => /\.gguf$/i.test(path) && !isOtherPart(path));
  if (models.length === 1) return models[0];
  if (models.length > 1) {
    throw new TroubleError(
      'bad-input',
      `There are ${models.length} GGUF files in ${address}: ${models.slice(0, 12).join(', ')}${models.length > 12 ? ', …' : ''}.`,
      'Choose one of them: drop the file alone, give its own address, or owner/name:file.gguf on the hub.',
    );
  }
  const weights = paths.find((path) => /\.safetensors$/i.test(path));
  // What lies beside the file of an address is not listed.
  if (weights && !(await files.open('config.json'))) {
    throw new TroubleError(
      'model-missing',
      `${weights} holds weights only; config.json, which says what they are, is not in ${address}.`,
      'Choose the whole folder, or config.json and tokenizer.json together with the weights.',
    );
  }
  if (paths.length === 0 || paths.every((path) => path.endsWith('/'))) {
    throw new TroubleError(
      'model-missing',
      `There is no file in ${address}.`,
      'Choose the folder that holds config.json.',
    );
  }
  return null;
}
