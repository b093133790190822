import type { Pipeline, Resource } from '../gpu/kernels';
import type { Bench } from './bench';
import type { GpuModel } from './gpu-model';
import type { InspectionStore } from './inspection';
import type { KvCache } from './kv-cache';
import { BoundProduct, type Product, type ProductBuffers } from './product';
import type { Step } from './recorder';
import type { WorkBuffers } from './work-buffers';

/** The kernels of one layer with everything bound; null for what the model or the run does not have. */
export interface LayerSteps {
  attentionNorm: Step;
  qkv: Products;
  headNorm: Step | null;
  append: Step;
  capture: Step | null;
  chunk: Step;
  plannedChunk: Step | null;
  capturePlan: Step | null;
  countPairs: Step;
  decode: Step;
  merge: Step;
  attentionOut: Products;
  attentionPostNorm: Step | null;
  mlpNorm: Step;
  gateUp: Products;
  activate: Step;
  down: Products;
  mlpPostNorm: Step | null;
}

/** Of many tokens, whose rows are normalised or activated before, and of one, where the product does that. */
interface Products {
  many: BoundProduct;
  one: BoundProduct;
}

/** Kernels that depend on the strategy: how keys are placed, and those of a plan where there is one. */
export interface RunPipelines {
  append: Pipeline;
  chunk: Pipeline;
  decode: Pipeline;
  plannedChunk: Pipeline | null;
  capturePlan: Pipeline | null;
}

export type MakeStep = (
  pipeline: Pipeline,
  resources: Record<string, Resource>,
  name?: string,
) => Step;

export function layerSteps(
  { weights, pipelines, config }: GpuModel,
  bench: Bench,
  cache: KvCache,
  inspection: InspectionStore | null,
  { append, chunk, decode, plannedChunk, capturePlan }: RunPipelines,
  named: WorkBuffers,
  step: MakeStep,
): LayerSteps[] {
  const { x, normed, qkv, attention, gateUp, mlp, partials, plan, counts } = named;
  const { keys, values, entries } = cache;
  const kv = { qkv, keys, values, entries };
  // What attention and MLP give is added to the residual stream, or first normalised once more.
  const given = config.postNorms ? normed : x;
  const postNorm = (weight: GPUBuffer | null, name: string) =>
    pipelines.postNorm && weight
      ? step(pipelines.postNorm, { x: normed, weight, y: x }, name)
      : null;
  const products = (
    name: string,
    { many, one }: { many: Product; one: Product },
    forMany: ProductBuffers,
    forOne: ProductBuffers,
  ): Products => {
    const bind = (pipeline: Pipeline, resources: Record<string, Resource>) =>
      step(pipeline, resources, name);
    return {
      many: new BoundProduct(bench, many, forMany, bind),
      one: new BoundProduct(bench, one, forOne, bind),
    };
  };
  return weights.layers.map((weight, index) => {
    const layer = bench.layer(index);
    const product = pipelines.layers[index];
    return {
      attentionNorm: step(pipelines.norm, { x, weight: weight.attentionNorm, y: normed }),
      qkv: products(
        'q, k, v',
        product.qkv,
        { x: normed, y: qkv },
        { x, y: qkv, norm: weight.attentionNorm },
      ),
      headNorm:
        pipelines.headNorm && weight.headNorms
          ? step(pipelines.headNorm, { qkv, weight: weight.headNorms })
          : null,
      append: step(append, { layer, ...kv }),
      capture:
        inspection &&
        step(pipelines.capture, {
          layer,
          store: inspection.store,
          qkv,
          attention,
          q: inspection.q,
          k: inspection.k,
          lse: inspection.lse,
        }),
      chunk: step(chunk, { layer, ...kv, attention }),
      plannedChunk: plannedChunk && step(plannedChunk, { layer, ...kv, attention, plan }),
      capturePlan:
        inspection && capturePlan
          ? step(capturePlan, {
              layer,
              store: inspection.planStore,
              plan,
              records: inspection.records,
            })
          : null,
      countPairs: step(pipelines.countPairs, { layer, attention, counts }),
      decode: step(decode, { layer, ...kv, partials }),
      merge: step(pipelines.merge, { layer, partials, attention, counts }),
      attentionOut: products(
        'attention output',
        product.attentionOut,
        { x: attention, y: given },
        { x: attention, y: given },
      ),
      attentionPostNorm: postNorm(weight.attentionPostNorm, 'norm of attention output'),
      mlpNorm: step(pipelines.norm, { x, weight: weight.mlpNorm, y: normed }),
      gateUp: products(
        config.gated ? 'MLP gate, up' : 'MLP up',
        product.gateUp,
        { x: normed, y: gateUp },
        { x, y: gateUp, norm: weight.mlpNorm },
      ),
      activate: step(pipelines.activate, { gate_up: gateUp, y: mlp }),
      down: products('MLP down', product.down, { x: mlp, y: given }, { x: gateUp, y: given }),
      mlpPostNorm: postNorm(weight.mlpPostNorm, 'norm of MLP output'),
    };
  });
}
