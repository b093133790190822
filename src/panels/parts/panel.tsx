import { type ReactNode, useId } from 'react';
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
