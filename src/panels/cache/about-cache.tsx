import { PaperLink } from '../parts/info';

/** The ⓘ of the cache panel. */
export function AboutCache() {
  return (
    <>
      <p>
        Keys and values live in pages of a fixed number of slots, per layer and KV head. The meter
        counts the pages that are held; a policy that evicts gives pages back, and the bar goes
        down. The small mark is the peak of this run.
      </p>
      <p>
        The grid shows how many entries each KV head held for the viewed row, and the raster the
        life of every entry of the picked one: it begins on the diagonal, where its token is read,
        and ends where a row could no longer see it. Click a point to go back to that step in all
        panels; drag a rectangle to zoom in.
      </p>
      <p className="formula">bytes = pages × slots × (key + value + position)</p>
      <p>
        “Computed and read” is counted by the kernels: pairs while the prompt was read, divided by
        all causal pairs, are the density; a decode step reads entries, and each query head reads
        for itself. Dense attention reads every earlier entry. Mass recall, if it was measured, is
        the share of dense attention’s weight that lies on those pairs.
      </p>
      <p>
        The maps need copies of evicted keys and of queries. Those are counted apart, because the
        model never reads them.
      </p>
      <p>
        Try: run H2O, pick a digit of the needle, and read when it left, with which score, and what
        would have been enough. Then halve the budget and run again.
      </p>
      <PaperLink
        title="Efficient Memory Management for Large Language Model Serving with PagedAttention"
        authors="Kwon, Li, Zhuang, Sheng, Zheng, Yu, Gonzalez, Zhang, Stoica"
        year={2023}
        arxiv="2309.06180"
      />
    </>
  );
}
