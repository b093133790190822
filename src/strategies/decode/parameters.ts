/** What decode selections have in common: parameters, and costs that differ between layers. */
import { TroubleError } from '../../trouble';
import {
  type ModelShape,
  type NumberParameter,
  numberValue,
  type ParameterValues,
} from '../schema';

/** Layers that a cost assumes while no model is loaded. */
const USUAL_LAYERS = 4;

/** First layers, which do not select. */
export function denseLayers(standard: number): NumberParameter {
  return {
    kind: 'integer',
    name: 'dense',
    title: 'Dense layers',
    unit: 'layers',
    min: 0,
    max: 128,
    step: 1,
    default: standard,
    meaning: 'How many layers at the beginning read everything; more are slower and safer.',
  };
}

/** Tokens of a page or chunk that is read as a whole. */
export function pageSize(name: string, title: string, standard: number): NumberParameter {
  return {
    kind: 'integer',
    name,
    title,
    unit: 'tokens',
    min: 16,
    max: 256,
    step: 16,
    default: standard,
    meaning:
      'Tokens that are judged and read as one; a larger value is cheaper to judge, and coarser.',
  };
}

/**
 * Reads the size of a page.
 * @throws TroubleError `bad-input` if it is no multiple of 16.
 */
export function pageOf(owner: string, values: ParameterValues): number {
  const page = numberValue(values, 'page');
  if (page % 16 !== 0) {
    throw new TroubleError(
      'bad-input',
      `${owner}: page must be a multiple of 16, found ${page}.`,
      'The bounds of keys are kept for 16 entries at a time. Use 16, 32, 48, …',
    );
  }
  return page;
}

/** Pages that a budget in tokens pays for; never fewer than three. */
export function pageBudget(budget: number, page: number): number {
  return Math.max(3, Math.floor(budget / page));
}

/** Entries that a layer reads, mean over the layers, `full` of which read all `length` of them. */
export function meanOverLayers(
  length: number,
  read: number,
  full: number,
  model: ModelShape | undefined,
): number {
  const layers = model?.layers ?? USUAL_LAYERS;
  const share = Math.min(1, full / layers);
  return share * length + (1 - share) * Math.min(length, read);
}
