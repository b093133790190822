import { PaperLink } from '../parts/info';

export function AboutTokens() {
  return (
    <>
      <p>
        Each token’s background is the weight that the picked query token gives it, in the picked
        layer and head. Point at tokens to read numbers and to see which heads look at them, click
        one to make it the query, press Esc to let it go.
      </p>
      <p>
        “Read” shows which keys the query was compared with: dotted ones were in the cache, but the
        prefill pattern or the decode selection left them out. “Kept / evicted” shows which keys the
        cache holds for this KV head, now or at the row that the Cache panel is wound back to;
        evicted ones are struck through. “Received” is the mean weight over all queries that read a
        token; long texts take a sample of them, and the caption says how many. Tokens with a double
        line below are sinks.
      </p>
      <p className="formula">
        surprisal(t) = −ln p(xₜ | x₍₀…ₜ₋₁₎)
        <br />
        WAAD(t) = Σⱼ ā(t, j)·min(t − j, 10), ā: mean of the 30 % of heads that look nearest
        <br />
        FAI(j) = mean of ā(t, j), t = j+10 … j+100, ā: mean of the 30 % that look farthest
      </p>
      <p>
        Try: shade by surprisal and look at the needle, then by FAI. A fact is a surprise when it is
        read, and later tokens come back to it.
      </p>
      <PaperLink
        title="Attention Illuminates LLM Reasoning: The Preplan-and-Anchor Rhythm Enables Fine-Grained Policy Optimization"
        authors="Li, Dong, Sun, Wang, Xiong, Luo, Liu, Lu, Wang, Su, Zheng, Yan"
        year={2025}
        arxiv="2510.13554"
      />
    </>
  );
}
