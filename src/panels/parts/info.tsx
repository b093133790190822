import { type ReactNode, useId } from 'react';

/** The ⓘ of a panel or a strategy: a native popover, closed by Esc or a click beside it. */
export function Info({ about, children }: { about: string; children: ReactNode }) {
  const id = useId();
  return (
    <>
      <button type="button" className="info" popoverTarget={id} aria-label={`About ${about}`}>
        <span aria-hidden="true">i</span>
      </button>
      <div id={id} popover="auto" className="info-text" role="dialog" aria-label={`About ${about}`}>
        <h3>{about}</h3>
        {children}
        <button type="button" popoverTarget={id} popoverTargetAction="hide">
          Close
        </button>
      </div>
    </>
  );
}

/** A paper's title as a link to arXiv, with authors and year. */
export function PaperLink({
  title,
  authors,
  year,
  arxiv,
}: {
  title: string;
  authors: string;
  year: number;
  arxiv: string | null;
}) {
  return (
    <p className="paper">
      {arxiv ? <a href={`https://arxiv.org/abs/${arxiv}`}>{title}</a> : <cite>{title}</cite>}
      <br />
      {authors}, {year}
      {arxiv && `, arXiv ${arxiv}`}
    </p>
  );
}
