import { PaperLink } from '../parts/info';

export function AboutHeads() {
  return (
    <>
      <p>
        Rows are layers, columns are query heads; the number and the colour are the score that you
        choose. Scores are about the run on screen, except induction and echo, which are measured
        once on repeated random text.
      </p>
      <p className="formula">
        retrieval(h) = |needle tokens written while arg maxⱼ aₕ(i, j) was on them| / |needle|
        <br />
        copy(h) = share of steps whose arg max holds the token written
        <br />
        sink(h) = meanᵢ aₕ(i, 0); Sink₁^ε = share of heads with sink(h) &gt; ε
        <br />
        entropy(h) = meanᵢ −Σⱼ a ln a / ln(keys seen)
        <br />
        distance(h) = meanᵢ Σⱼ a(i, j)·(i − j)
        <br />
        influence(h) = meanⱼ mean of a(i, j), i = j+10 … j+100
      </p>
      <p>
        Click a head to see it in all panels; Alt-click, or A, ablates it: its output is zero in the
        next run. “Prune” asks what the answer needs: once without the first heads by the shown
        score, once without as many random ones.
      </p>
      <p>
        Try: prune the top 4 by retrieval score. Large models have few retrieval heads and need
        them; so does the embedded model, whose four are all of layer 5: one can be spared, without
        all four no needle is found. Most other heads can go; what layer 5 is built on cannot: head
        2.0, and less so head 3.3, which looks one token back.
      </p>
      <PaperLink
        title="Retrieval Head Mechanistically Explains Long-Context Factuality"
        authors="Wu, Wang, Xiao, Peng, Fu"
        year={2024}
        arxiv="2404.15574"
      />
      <PaperLink
        title="When Attention Sink Emerges in Language Models: An Empirical View"
        authors="Gu et al."
        year={2024}
        arxiv="2410.10781"
      />
    </>
  );
}
