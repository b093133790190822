import { PaperLink } from '../parts/info';

export function AboutSinks() {
  return (
    <>
      <p>
        Weights of a row sum to one, so a head with nothing to say must park its weight somewhere:
        mostly on the first token, sometimes on a full stop or a line end later in the text. The
        strip shows where: each row is a layer, each column a position (far out, the largest of
        several).
      </p>
      <p className="formula">
        mass(l, j) = mean over heads of αⱼ = meanᵢ₍ᵢ≥ⱼ₎ a(i, j)
        <br />
        hidden sink of a head: αⱼ &gt; 0.1, j not the head’s first sink
      </p>
      <p>
        Try: drop the first tokens from the cache with the preset “Window attention”, then keep four
        of them with “StreamingLLM”. Large models fall apart as soon as the first token leaves, and
        so does the embedded model’s English. “How it learned”, behind the model’s name, shows how
        its sinks were born. Then click a hidden sink and see its column in the map. The last tokens
        of a text look strong only because few queries come after them.
      </p>
      <PaperLink
        title="When Attention Sink Emerges in Language Models: An Empirical View"
        authors="Gu et al."
        year={2024}
        arxiv="2410.10781"
      />
      <PaperLink
        title="Unveiling and Harnessing Hidden Attention Sinks: Enhancing Large Language Models without Training through Attention Calibration"
        authors="Yu, Wang, Fu, Shi, Shaikh, Lin"
        year={2024}
        arxiv="2406.15765"
      />
      <PaperLink
        title="Efficient Streaming Language Models with Attention Sinks"
        authors="Xiao, Tian, Chen, Han, Lewis"
        year={2023}
        arxiv="2309.17453"
      />
    </>
  );
}
