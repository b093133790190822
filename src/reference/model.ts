import type { ModelConfig } from '../model/config';
import { rolesOf } from '../model/families/registry';
import { columnsOf, type LinearRole, type NormRole, type Source, storedRow } from '../model/roles';
import { add, gelu, geluTanh, layerNorm, matVec, rmsNorm, silu, slice, softCap } from './formulas';

/** Tensors by the names that the model's roles give them, as stored. */
export type ReferenceWeights = (name: string) => ArrayLike<number>;

const ACTIVATIONS = { silu, gelu, 'gelu-tanh': geluTanh };

interface Linear {
  matrix: Float64Array;
  bias: Float64Array | null;
  out: number;
}

type Apply = (x: Float64Array) => Float64Array;

/** A layer's queries, keys and values of one token, [head][headDim]; nothing is rotated yet. */
export interface Projected {
  queries: Float64Array[];
  keys: Float64Array[];
  values: Float64Array[];
}

/** One layer of the model as functions of a token's row of the residual stream. */
export interface ReferenceLayer {
  project(row: Float64Array): Projected;
  /** The row after the layer. @param heard what all heads took from the values, f64[heads * headDim] */
  finish(row: Float64Array, heard: Float64Array): Float64Array;
}

/** The parts of a transformer around its attention, in the order of the formulas. */
export class ReferenceModel {
  readonly layers: ReferenceLayer[];
  private readonly embedding: Float64Array;
  private readonly positions: Float64Array | null;
  private readonly output: Float64Array;
  private readonly finalNorm: Apply;

  constructor(
    readonly config: ModelConfig,
    private readonly weights: ReferenceWeights,
  ) {
    const roles = rolesOf(config);
    this.embedding = this.gather(roles.embedding);
    this.positions = roles.positions && this.gather(roles.positions);
    this.output = this.gather(roles.output);
    this.finalNorm = this.norm(roles.finalNorm);
    this.layers = roles.layers.map((layer) => {
      const { gate, queryNorm, keyNorm } = layer;
      return this.layer({
        attentionNorm: this.norm(layer.attentionNorm),
        q: this.linear(layer.q),
        k: this.linear(layer.k),
        v: this.linear(layer.v),
        queryNorm: queryNorm ? this.norm(queryNorm) : same,
        keyNorm: keyNorm ? this.norm(keyNorm) : same,
        attentionOut: this.linear(layer.attentionOut),
        attentionPostNorm: layer.attentionPostNorm ? this.norm(layer.attentionPostNorm) : same,
        mlpNorm: this.norm(layer.mlpNorm),
        gate: gate && this.linear(gate),
        up: this.linear(layer.up),
        down: this.linear(layer.down),
        mlpPostNorm: layer.mlpPostNorm ? this.norm(layer.mlpPostNorm) : same,
      });
    });
  }

  /** A token on its way into the first layer. */
  embed(id: number, position: number): Float64Array {
    const { hiddenSize, embeddingScale } = this.config;
    const row = slice(this.embedding, id, hiddenSize).map((value) => value * embeddingScale);
    if (this.positions) add(row, slice(this.positions, position, hiddenSize));
    return row;
  }

  /** [vocab], of a row that has left the last layer. */
  logits(row: Float64Array): Float64Array {
    const { vocabSize, logitCap } = this.config;
    const logits = matVec(this.output, this.finalNorm(row), vocabSize);
    return logits.map((logit) => softCap(logit, logitCap));
  }

  private layer(parts: LayerParts): ReferenceLayer {
    const { headDim, parallelResidual } = this.config;
    const activation = ACTIVATIONS[this.config.activation];
    const heads = (row: Float64Array) =>
      Array.from({ length: row.length / headDim }, (_, head) => slice(row, head, headDim));
    const mlp = (row: Float64Array) => {
      const input = parts.mlpNorm(row);
      const up = apply(parts.up, input);
      const gate = parts.gate && apply(parts.gate, input);
      const inner = gate ? gate.map((value, i) => activation(value) * up[i]) : up.map(activation);
      return parts.mlpPostNorm(apply(parts.down, inner));
    };
    return {
      project: (row) => {
        const input = parts.attentionNorm(row);
        return {
          queries: heads(apply(parts.q, input)).map(parts.queryNorm),
          keys: heads(apply(parts.k, input)).map(parts.keyNorm),
          values: heads(apply(parts.v, input)),
        };
      },
      finish: (row, heard) => {
        const after = row.slice();
        add(after, parts.attentionPostNorm(apply(parts.attentionOut, heard)));
        add(after, mlp(parallelResidual ? row : after));
        return after;
      },
    };
  }

  private norm({ weight, bias }: NormRole): Apply {
    const { kind, eps, offset } = this.config.norm;
    const scale = this.gather(weight).map((value) => value + offset);
    const shift = bias && this.gather(bias);
    return (x) =>
      kind === 'layer' && shift ? layerNorm(x, scale, shift, eps) : rmsNorm(x, scale, eps);
  }

  private linear({ weight, bias }: LinearRole): Linear {
    return { matrix: this.gather(weight), bias: bias && this.gather(bias), out: weight.rows };
  }

  /** The rows of a source, [rows, columns]. */
  private gather(source: Source): Float64Array {
    const stored = this.weights(source.tensor);
    const columns = columnsOf(source);
    const { rows, transposed, shape } = source;
    return Float64Array.from({ length: rows * columns }, (_, i) => {
      const row = storedRow(source, Math.floor(i / columns));
      const column = i % columns;
      return stored[transposed ? column * shape[1] + row : row * columns + column];
    });
  }
}

interface LayerParts {
  attentionNorm: Apply;
  q: Linear;
  k: Linear;
  v: Linear;
  queryNorm: Apply;
  keyNorm: Apply;
  attentionOut: Linear;
  attentionPostNorm: Apply;
  mlpNorm: Apply;
  gate: Linear | null;
  up: Linear;
  down: Linear;
  mlpPostNorm: Apply;
}

function same(x: Float64Array): Float64Array {
  return x;
}

function apply({ matrix, bias, out }: Linear, x: Float64Array): Float64Array {
  const y = matVec(matrix, x, out);
  if (bias) add(y, bias);
  return y;
}
