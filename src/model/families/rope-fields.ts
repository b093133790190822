import type { Positions, RopeScaling, Rotation } from '../config';
import type { Fields } from '../fields';

/** What the rest of the file says, and what absent fields stand for. */
interface Rope {
  headDim: number;
  /** Longest position. */
  trained: number;
  theta: number;
  /** Share of the dimensions that is rotated. */
  share: number;
}

/**
 * Rotary positions as files describe them: `rope_theta` beside `rope_scaling` with its `type` or `rope_type`,
 * or all of it in `rope_parameters`.
 * @returns the positions, and the longest position with the scaling
 */
export function readPositions(
  fields: Fields,
  { headDim, trained, theta, share }: Rope,
): { positions: Positions; contextLength: number } {
  const given = fields.inside('rope_parameters');
  // Where kinds of layers rotate differently, these are the angles of the others.
  const parameters = given?.inside('full_attention') ?? given;
  const dims = rotaryDims(fields, parameters, headDim, share);
  const rotation = readRotation(fields, parameters, dims, trained, theta);
  const { scaling } = rotation;
  // Some files name the length before the scaling, some the length with it.
  const stretches = scaling?.type === 'dynamic' || scaling?.type === 'yarn';
  const reached = stretches ? Math.floor(scaling.trained * scaling.factor) : 0;
  return {
    positions: { kind: 'rotary', dims, rotation },
    contextLength: Math.max(trained, reached),
  };
}

const PARTIAL = ['partial_rotary_factor', 'rotary_pct'];

/** Dimensions of a head that are rotated. */
function rotaryDims(
  fields: Fields,
  parameters: Fields | null,
  headDim: number,
  missing: number,
): number {
  const given = [parameters, fields].find((one) => PARTIAL.some((name) => one?.given(name)));
  const place = given ?? fields;
  const name = PARTIAL.find((one) => place.given(one)) ?? PARTIAL[0];
  const share = place.positive(name, missing);
  const dims = Math.floor(headDim * share);
  if (share > 1 || dims < 2 || dims % 2 !== 0) {
    place.unsupported(name, `a share that makes an even number of ${headDim} dimensions`, share);
  }
  return dims;
}

function readRotation(
  fields: Fields,
  parameters: Fields | null,
  dims: number,
  trained: number,
  missing: number,
): Rotation {
  const names = ['rope_theta', 'rotary_emb_base'];
  const place = [parameters, fields].find((one) => names.some((name) => one?.given(name)));
  const name = names.find((one) => place?.given(one)) ?? names[0];
  return {
    theta: (place ?? fields).positive(name, missing),
    scaling: readScaling(fields, parameters ?? fields.inside('rope_scaling'), dims, trained),
  };
}

/** By what files call them. */
const TYPES = {
  default: 'default',
  linear: 'linear',
  dynamic: 'dynamic',
  yarn: 'yarn',
  llama3: 'llama3',
  longrope: 'longrope',
  su: 'longrope',
} as const;

function readScaling(
  fields: Fields,
  rope: Fields | null,
  dims: number,
  longest: number,
): RopeScaling | null {
  if (!rope) return null;
  const name = rope.given('rope_type') || !rope.given('type') ? 'rope_type' : 'type';
  const type = rope.choice(name, TYPES, 'default');
  const before = (place: Fields) =>
    place.size('original_max_position_embeddings', 'positions', longest);
  switch (type) {
    case 'default':
      return null;
    case 'linear':
      return { type, factor: rope.positive('factor') };
    case 'dynamic':
      return { type, factor: rope.positive('factor'), trained: longest };
    case 'llama3':
      return {
        type,
        factor: rope.positive('factor'),
        trained: before(rope),
        lowFactor: rope.positive('low_freq_factor'),
        highFactor: rope.positive('high_freq_factor'),
      };
    case 'yarn':
      return readYarn(rope, before(rope), longest);
    case 'longrope': {
      const trained = before(rope.given('original_max_position_embeddings') ? rope : fields);
      const factor = trained < longest ? longest / trained : rope.positive('factor', 1);
      const scale = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(trained));
      return {
        type,
        short: rope.list('short_factor', dims / 2),
        long: rope.list('long_factor', dims / 2),
        trained,
        scale: rope.positive('attention_factor', scale),
      };
    }
  }
}

function readYarn(rope: Fields, trained: number, longest: number): RopeScaling {
  const factor = rope.positive('factor', longest / trained);
  const growth = (weight: number) => (factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1);
  const scale =
    rope.given('mscale') && rope.given('mscale_all_dim')
      ? growth(rope.positive('mscale')) / growth(rope.positive('mscale_all_dim'))
      : growth(1);
  return {
    type: 'yarn',
    factor,
    trained,
    fast: rope.positive('beta_fast', 32),
    slow: rope.positive('beta_slow', 1),
    whole: rope.flag('truncate', true),
    scale: rope.positive('attention_factor', scale),
  };
}
