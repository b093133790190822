import { PaperLink } from '../parts/info';

/** What the map's ⓘ says. */
export function AboutMap() {
  return (
    <>
      <p>
        Row i, column j: the weight that the token at position i gives to the token at position j.
        Rows sum to one over the keys that the query could see.
      </p>
      <p className="formula">aᵢⱼ = exp(qᵢ·kⱼ/√d) / Σₖ exp(qᵢ·kₖ/√d)</p>
      <p>
        Weights are recomputed on the GPU for exactly what you look at, from the queries and keys of
        this run: a coarse picture at once, a finer one after it. Far out, a pixel is the largest
        (or mean) of the weights computed under it; zoom in by wheel, pinch or + until every cell is
        one weight. Blank cells lie in the future; striped keys were evicted before the query came;
        dotted ones were in the cache, but the prefill pattern or the decode selection left them
        out.
      </p>
      <p>
        Mean or max of heads makes one map of all: for each pair first the heads of a layer become
        one, then the layers. Heads that did not see a pair do not count; a hole is left where none
        did.
      </p>
      <p>
        “Mask” shows the strategy instead of the weights: pairs computed with the prompt and pairs
        read for the answer solid, left-out ones empty, evicted ones striped. Far out, a pixel is
        solid if any pair under it was computed.
      </p>
      <p>
        With Compare, the map can show the second run (B), or B − A: how much more weight a pair has
        in B. A key that one run did not see counts as weight 0 there. Once the answers differ,
        their rows are about other tokens.
      </p>
      <p>
        Keys: arrows move the picked cell (with Shift ten times as far), Page up and down, Home and
        End move the view, + and − zoom, 0 shows all, Esc lets go.
      </p>
      <p>
        Try: zoom in on “Answer × needle” in each layer. The head that copies has one dark cell a
        row, one step further with each token of the answer.
      </p>
      <PaperLink
        title="Attention Is All You Need"
        authors="Vaswani et al."
        year={2017}
        arxiv="1706.03762"
      />
    </>
  );
}
