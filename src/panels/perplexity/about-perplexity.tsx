import { PaperLink } from '../parts/info';

export function AboutPerplexity() {
  return (
    <>
      <p>
        A text is fed token by token through each strategy, as if the model had written it; what is
        evicted on the way is gone for all that follows. Perplexity is how many tokens the model
        hesitates between: lower is better, and a jump shows what the cache should not have lost.
      </p>
      <p className="formula">
        eₜ = −ln p(xₜ | x₍&lt;t₎, as the strategy lets it be seen); perplexity of a bin = exp(mean
        eₜ)
      </p>
      <p>
        A bin has 256 tokens, fewer in short texts. A dashed rule with the symbol of a strategy is
        the first token that was read while an earlier one was missing.
      </p>
      <p>
        Try: window against StreamingLLM, as “each bin ÷ the first strategy”, which takes out how
        hard the text itself is. Where the window loses the first token, the attention sink goes
        with it, and the line jumps; four sinks kept are enough to prevent that in models that have
        sinks.
      </p>
      <PaperLink
        title="Efficient Streaming Language Models with Attention Sinks"
        authors="Xiao, Tian, Chen, Han, Lewis"
        year={2023}
        arxiv="2309.17453"
      />
    </>
  );
}
