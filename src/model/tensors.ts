import type { ModelConfig } from './config';

/** Names and shapes of all weights of a Llama model, as in Hugging Face checkpoints. */
export function llamaShapes(config: ModelConfig): Map<string, number[]> {
  const { hiddenSize, intermediateSize, vocabSize } = config;
  const queries = config.heads * config.headDim;
  const keys = config.kvHeads * config.headDim;
  const shapes = new Map<string, number[]>([
    ['model.embed_tokens.weight', [vocabSize, hiddenSize]],
    ['model.norm.weight', [hiddenSize]],
  ]);
  if (!config.tiedEmbeddings) shapes.set('lm_head.weight', [vocabSize, hiddenSize]);
  for (let layer = 0; layer < config.layers; layer++) {
    const of = (part: string) => `model.layers.${layer}.${part}.weight`;
    shapes.set(of('input_layernorm'), [hiddenSize]);
    shapes.set(of('self_attn.q_proj'), [queries, hiddenSize]);
    shapes.set(of('self_attn.k_proj'), [keys, hiddenSize]);
    shapes.set(of('self_attn.v_proj'), [keys, hiddenSize]);
    shapes.set(of('self_attn.o_proj'), [hiddenSize, queries]);
    shapes.set(of('post_attention_layernorm'), [hiddenSize]);
    shapes.set(of('mlp.gate_proj'), [intermediateSize, hiddenSize]);
    shapes.set(of('mlp.up_proj'), [intermediateSize, hiddenSize]);
    shapes.set(of('mlp.down_proj'), [hiddenSize, intermediateSize]);
  }
  return shapes;
}
