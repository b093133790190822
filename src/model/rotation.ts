import type { Rotation } from './config';

/** Angles by which one position turns the pairs, and what cos and sin are multiplied by. */
export interface Angles {
  /** f64[dims / 2] */
  frequencies: Float64Array;
  scale: number;
}

/** theta^(−2i / dims) of each pair of dimensions, as trained. */
export function ropeFrequencies(dims: number, theta: number): Float64Array {
  return Float64Array.from({ length: dims / 2 }, (_, pair) => theta ** ((-2 * pair) / dims));
}

/**
 * The angles of a model, rescaled as its file says: linear (Chen et al., arXiv 2306.15595), dynamic NTK, YaRN
 * (Peng et al., arXiv 2309.00071), Llama 3.1's, and LongRoPE (Ding et al., arXiv 2402.13753).
 * @param length tokens of the text that is read; two of the kinds depend on it
 */
export function rotationAngles(rotation: Rotation, dims: number, length: number): Angles {
  const { theta, scaling } = rotation;
  const trained = ropeFrequencies(dims, theta);
  switch (scaling?.type) {
    case undefined:
      return { frequencies: trained, scale: 1 };
    case 'linear':
      return { frequencies: trained.map((angle) => angle / scaling.factor), scale: 1 };
    case 'dynamic': {
      const times = Math.max(1, (scaling.factor * length) / scaling.trained - scaling.factor + 1);
      return { frequencies: ropeFrequencies(dims, stretchedTheta(theta, dims, times)), scale: 1 };
    }
    case 'yarn': {
      const frequencies = yarnFrequencies(dims, theta, scaling);
      return { frequencies, scale: scaling.scale };
    }
    case 'llama3':
      return { frequencies: trained.map((angle) => llamaAngle(angle, scaling)), scale: 1 };
    case 'longrope': {
      const divisors = length > scaling.trained ? scaling.long : scaling.short;
      const frequencies = trained.map((angle, pair) => angle / divisors[pair]);
      return { frequencies, scale: scaling.scale };
    }
  }
}

/** The base at which the slowest pair turns `times` slower, and the fastest as before. */
export function stretchedTheta(theta: number, dims: number, times: number): number {
  return theta * times ** (dims / (dims - 2));
}

export interface Yarn {
  factor: number;
  trained: number;
  fast: number;
  slow: number;
  whole: boolean;
}

/** Pairs that turn often within the trained length stay, slow ones turn slower, between them both mix. */
export function yarnFrequencies(dims: number, theta: number, yarn: Yarn): Float64Array {
  const { factor, trained, fast, slow, whole } = yarn;
  // The pair that turns so many times within the trained length.
  const pairOf = (turns: number) =>
    (dims * Math.log(trained / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const low = Math.max(0, whole ? Math.floor(pairOf(fast)) : pairOf(fast));
  const high = Math.min(dims - 1, whole ? Math.ceil(pairOf(slow)) : pairOf(slow));
  // As in the authors' code, bounds that meet are a thousandth of a pair apart.
  const width = high === low ? 0.001 : high - low;
  return ropeFrequencies(dims, theta).map((angle, pair) => {
    const share = Math.min(1, Math.max(0, (pair - low) / width));
    return (1 - share) * angle + (share * angle) / factor;
  });
}

interface Llama3 {
  factor: number;
  trained: number;
  lowFactor: number;
  highFactor: number;
}

/** Waves much shorter than the trained length stay, longer ones are stretched, between them both mix. */
function llamaAngle(angle: number, { factor, trained, lowFactor, highFactor }: Llama3): number {
  const turns = (trained * angle) / (2 * Math.PI);
  const kept = Math.min(1, Math.max(0, (turns - lowFactor) / (highFactor - lowFactor)));
  return (1 - kept) * (angle / factor) + kept * angle;
}
