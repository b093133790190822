import type { HeadRef } from '../../engine/strategy';
import { TroubleError } from '../../trouble';
import { type ModelShape, type ParameterValues, parseHeads } from '../schema';

/**
 * The heads that the parameter `heads` lists.
 * @throws TroubleError `bad-input` for a head that the model does not have.
 */
export function listedHeads(owner: string, values: ParameterValues, model: ModelShape): HeadRef[] {
  const heads = parseHeads(String(values.heads));
  for (const { layer, head } of heads) {
    if (layer >= model.layers || head >= model.heads) {
      throw new TroubleError(
        'bad-input',
        `${owner}: this model has no head ${layer}.${head}.`,
        `Layers go from 0 to ${model.layers - 1}, heads from 0 to ${model.heads - 1}.`,
      );
    }
  }
  return heads;
}

/** The heads that the parameter `heads` lists; all heads of the model where it lists none. */
export function listedOrAll(owner: string, values: ParameterValues, model: ModelShape): HeadRef[] {
  const listed = listedHeads(owner, values, model);
  if (listed.length > 0) return listed;
  return Array.from({ length: model.layers * model.heads }, (_, index) => ({
    layer: Math.floor(index / model.heads),
    head: index % model.heads,
  }));
}
