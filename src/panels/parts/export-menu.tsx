import { type ReactNode, useId, useRef, useState } from 'react';
import { usePageActions, usePageStore } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { saveFile } from '../../state/save-file';
import { troubleOf } from '../../trouble';
import { hasPicture, pictureOf } from './export-picture';
import { pngOf } from './export-png';
import { type ExportSubject, runSubject } from './export-subject';
import { csvOf, fileName, jsonOf, recordsOf, type Table } from './export-table';
import './export-menu.css';

/** What of a panel can be taken along. */
export interface PanelExports {
  /** The elements of the panel that make its picture, as a CSS selector. */
  picture: string;
  /** The numbers of the picture, read when they are asked for; null: nothing there yet. */
  numbers(state: PageState): Table | null;
  /** What it is about; absent: the run on screen. */
  subject?(state: PageState): ExportSubject | null;
}

/** Pixels of a PNG for each of the page. */
const PNG_SCALE = 2;

interface ExportMenuProps {
  /** The panel's name, for the file, and its title. */
  name: string;
  title: string;
  exports: PanelExports;
}

/** What there is to export at the moment when the menu opens. */
interface Offer {
  picture: boolean;
  numbers: boolean;
  subject: ExportSubject | null;
}

/** The picture and the numbers of a panel as files. */
export function ExportMenu({ name, title, exports }: ExportMenuProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const store = usePageStore();
  const { report } = usePageActions();
  const [offer, setOffer] = useState<Offer>({ picture: false, numbers: false, subject: null });

  const panel = () => button.current?.closest('section') ?? document.body;

  function look() {
    const state = store.getState();
    setOffer({
      picture: hasPicture(panel(), exports.picture),
      numbers: exports.numbers(state) !== null,
      subject: (exports.subject ?? runSubject)(state),
    });
  }

  async function save(ending: string, make: (state: PageState, subject: ExportSubject) => Made) {
    menu.current?.hidePopover();
    const state = store.getState();
    const subject = (exports.subject ?? runSubject)(state);
    if (!subject) return;
    try {
      const { content, type, whole } = await make(state, subject);
      const about = whole ? subject.title.replace(/^the /, '') : name;
      saveFile(fileName([state.model?.name ?? '', subject.name, about], ending), content, type);
      report('view', null);
    } catch (error) {
      report('view', troubleOf(error));
    }
  }

  const picture = (subject: ExportSubject) =>
    pictureOf(panel(), exports.picture, [title, subject.caption]);

  return (
    <>
      <button
        ref={button}
        type="button"
        className="small export-button"
        popoverTarget={id}
        aria-label={`Export ${title}`}
        title="Export picture or numbers"
      >
        <span aria-hidden="true">⤓</span>
      </button>
      <div
        ref={menu}
        id={id}
        popover="auto"
        className="export-menu"
        role="dialog"
        aria-label={`Export ${title}`}
        onBeforeToggle={(event) => event.newState === 'open' && look()}
      >
        <p className="hint">{offer.subject?.caption ?? 'There is nothing to export yet.'}</p>
        <Item
          disabled={!offer.picture || !offer.subject}
          onClick={() => save('svg', (_, subject) => ({ content: picture(subject), type: SVG }))}
        >
          Picture, SVG
        </Item>
        <Item
          disabled={!offer.picture || !offer.subject}
          onClick={() =>
            save('png', async (_, subject) => ({
              content: await pngOf(picture(subject), PNG_SCALE),
              type: 'image/png',
            }))
          }
        >
          Picture, PNG at {PNG_SCALE}×
        </Item>
        <Item
          disabled={!offer.numbers || !offer.subject}
          onClick={() =>
            save('csv', (state) => ({
              content: csvOf(numbersOf(exports, state)),
              type: 'text/csv',
            }))
          }
        >
          Numbers, CSV
        </Item>
        <Item
          disabled={!offer.numbers || !offer.subject}
          onClick={() =>
            save('json', (state, { caption }) => ({
              content: jsonOf({
                panel: title,
                caption,
                rows: recordsOf(numbersOf(exports, state)),
              }),
              type: JSON_TYPE,
            }))
          }
        >
          Numbers, JSON
        </Item>
        <Item
          disabled={!offer.subject}
          onClick={() =>
            save('json', (_, { whole }) => ({
              content: jsonOf(whole),
              type: JSON_TYPE,
              whole: true,
            }))
          }
        >
          JSON of {offer.subject?.title ?? 'the run'}
        </Item>
      </div>
    </>
  );
}

const SVG = 'image/svg+xml';
const JSON_TYPE = 'application/json';

interface File {
  content: string | Blob;
  type: string;
  /** It is about all of the subject and not about the panel. */
  whole?: boolean;
}
type Made = File | Promise<File>;

function Item({
  disabled,
  onClick,
  children,
}: {
  disabled: boolean;
  onClick(): void;
  children: ReactNode;
}) {
  return (
    <button type="button" disabled={disabled} onClick={onClick}>
      {children}
    </button>
  );
}

function numbersOf(exports: PanelExports, state: PageState): Table {
  return exports.numbers(state) ?? { columns: [], rows: [] };
}
