import { PaperLink } from '../parts/info';

export function AboutNeedleLab() {
  return (
    <>
      <p>
        A sweep hides a needle at every depth of texts of every length, asks for it under every
        strategy, and counts how often the answer is right. Each cell has n samples: other needles
        at other places of the haystack, the same ones for every strategy.
      </p>
      <p className="formula">
        accuracy = found ÷ n · 95 % interval (Wilson): (p + z²/2n ± z √(p(1−p)/n + z²/4n²)) ÷ (1 +
        z²/n), z = 1.96
      </p>
      <p>
        A wrong answer is “lost” where part of the needle was no longer in the cache when the answer
        ended, “held” where every head still had all of it: then the cache is not to blame. The
        Pareto chart compares strategies over prompts that all of them have answered.
      </p>
      <p>
        Cells are kept in this browser as they finish, so a sweep that was stopped, or whose page
        was closed, goes on where it was. Click a cell to open its first wrong prompt in the page.
      </p>
      <p>
        Try: Dense, StreamingLLM and SnapKV over 256 and 512 tokens, then look at the difference.
      </p>
      <PaperLink
        title="Needle In A Haystack: Pressure Testing LLMs"
        authors="G. Kamradt"
        year={2023}
        arxiv={null}
      />
      <PaperLink
        title="RULER: What’s the Real Context Size of Your Long-Context Language Models?"
        authors="Hsieh et al."
        year={2024}
        arxiv="2404.06654"
      />
      <PaperLink
        title="Needle Threading: Can LLMs Follow Threads through Near-Million-Scale Haystacks?"
        authors="Roberts, Han, Albanie"
        year={2024}
        arxiv="2411.05000"
      />
    </>
  );
}
