import type { ModelConfig, Rotation } from '../model/config';
import { ropeFrequencies } from './formulas';

/** Angles of one layer: those of each pair that turns, and what cos and sin are multiplied by. */
export interface LayerAngles {
  frequencies: number[];
  scale: number;
}

/** The angles of a layer for a text of `length` tokens, as the model's file says; nothing turns: no pairs. */
export function layerAngles(
  { positions, local }: Pick<ModelConfig, 'positions' | 'local'>,
  layer: number,
  length: number,
): LayerAngles {
  if (positions.kind === 'learned') return { frequencies: [], scale: 1 };
  const rotation = (local?.layers[layer] && local.rotation) || positions.rotation;
  return scaledAngles(rotation, positions.dims, length);
}

function scaledAngles({ theta, scaling }: Rotation, dims: number, length: number): LayerAngles {
  const plain = ropeFrequencies(dims, theta);
  if (scaling === null) return { frequencies: plain, scale: 1 };
  if (scaling.type === 'linear') {
    return { frequencies: plain.map((angle) => angle / scaling.factor), scale: 1 };
  }
  if (scaling.type === 'dynamic') {
    const { factor, trained } = scaling;
    if (length <= trained) return { frequencies: plain, scale: 1 };
    const growth = ((factor * length) / trained - (factor - 1)) ** (dims / (dims - 2));
    return { frequencies: ropeFrequencies(dims, theta * growth), scale: 1 };
  }
  if (scaling.type === 'longrope') {
    const divisors = length > scaling.trained ? scaling.long : scaling.short;
    return { frequencies: plain.map((angle, i) => angle / divisors[i]), scale: scaling.scale };
  }
  if (scaling.type === 'llama3') {
    const { factor, trained, lowFactor, highFactor } = scaling;
    const frequencies = plain.map((angle) => {
      const wavelength = (2 * Math.PI) / angle;
      if (wavelength < trained / highFactor) return angle;
      if (wavelength > trained / lowFactor) return angle / factor;
      const smooth = (trained / wavelength - lowFactor) / (highFactor - lowFactor);
      return ((1 - smooth) * angle) / factor + smooth * angle;
    });
    return { frequencies, scale: 1 };
  }
  const { factor, trained, fast, slow, whole, scale } = scaling;
  const dimensionOf = (rotations: number) =>
    (dims * Math.log(trained / (rotations * 2 * Math.PI))) / (2 * Math.log(theta));
  const low = Math.max(whole ? Math.floor(dimensionOf(fast)) : dimensionOf(fast), 0);
  const high = Math.min(whole ? Math.ceil(dimensionOf(slow)) : dimensionOf(slow), dims - 1);
  const span = low === high ? 0.001 : high - low;
  const frequencies = plain.map((angle, i) => {
    const kept = 1 - Math.min(Math.max((i - low) / span, 0), 1);
    return (angle / factor) * (1 - kept) + angle * kept;
  });
  return { frequencies, scale };
}
