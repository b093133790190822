import { type ReactNode, useId } from 'react';
import type { FoldablePanel } from '../../state/open-panels';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { ExportMenu, type PanelExports } from './export-menu';
import { Info } from './info';
import './parts.css';

interface PanelProps {
  /** Names the panel's CSS and its place in the layout. */
  name: string;
  title: string;
  /** What the ⓘ says; none: no ⓘ. */
  info?: ReactNode;
  /** Controls beside the title. */
  tools?: ReactNode;
  /** What of it can be saved as files; absent: nothing. */
  exports?: PanelExports;
  children: ReactNode;
}

export function Panel({ name, title, info, tools, children }: PanelProps) {
  const id = useId();
  return (
    <section className={`panel ${name}`} aria-labelledby={id}>
      <header className="panel-head">
        <h2 id={id}>{title}</h2>
        {info && <Info about={title}>{info}</Info>}
        {tools && <div className="panel-tools">{tools}</div>}
      </header>
      {children}
    </section>
  );
}

const selectFolded = (state: PageState) => state.folded;

/** A panel that can be folded to its title; folded, neither its tools nor its contents exist. */
export function FoldingPanel({
  name,
  title,
  info,
  tools,
  exports,
  children,
}: PanelProps & { name: FoldablePanel }) {
  const id = useId();
  const isOpen = !usePage(selectFolded).includes(name);
  const { fold } = usePageActions();
  return (
    <section className={`panel ${name}${isOpen ? '' : ' folded'}`} aria-labelledby={id}>
      <header className="panel-head">
        <h2 id={id}>
          <button type="button" aria-expanded={isOpen} onClick={() => fold(name)}>
            {title}
          </button>
        </h2>
        {info && <Info about={title}>{info}</Info>}
        {isOpen && (tools || exports) && (
          <div className="panel-tools">
            {tools}
            {exports && <ExportMenu name={name} title={title} exports={exports} />}
          </div>
        )}
      </header>
      {isOpen && children}
    </section>
  );
}
