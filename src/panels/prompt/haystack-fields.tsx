import { type DragEvent, useId, useState } from 'react';
import { RANDOM_WORDS } from '../../needle/random-words';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { MAX_TEXT_IN_URL } from '../../state/setup-url';
import { formatCount } from '../parts/numbers';

const selectHaystack = (state: PageState) => state.setup.haystack;
const selectHaystacks = (state: PageState) => state.haystacks;
const selectWholeText = (state: PageState) => state.setup.wholeText;

const OWN_TEXT = 'own-text';

/** Choice of a bundled text, or one's own: typed, picked as a file or dropped. */
export function HaystackFields() {
  const id = useId();
  const haystack = usePage(selectHaystack);
  const haystacks = usePage(selectHaystacks);
  const { changeSetup } = usePageActions();
  const chosen = 'id' in haystack ? haystack.id : OWN_TEXT;
  const entry = haystacks.find((candidate) => candidate.id === chosen);
  const isRandom = chosen === RANDOM_WORDS.id;

  function choose(value: string) {
    changeSetup({ haystack: value === OWN_TEXT ? { title: 'Own text', text: '' } : { id: value } });
  }

  return (
    <div className="haystack-fields">
      <label htmlFor={id}>Haystack</label>
      <select id={id} value={chosen} onChange={(event) => choose(event.target.value)}>
        {!entry && !isRandom && 'id' in haystack && <option value={chosen}>{haystack.id}</option>}
        {haystacks.map(({ id: value, title }) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
        <option value={RANDOM_WORDS.id}>{RANDOM_WORDS.title}</option>
        <option value={OWN_TEXT}>Own text or file …</option>
      </select>
      {entry && (
        <p className="hint" title={entry.rights}>
          {entry.author}, {entry.year}
        </p>
      )}
      {isRandom && <p className="hint">Sentences without a sense, drawn by the seed</p>}
      {'text' in haystack && <OwnText text={haystack.text} title={haystack.title} />}
    </div>
  );
}

function OwnText({ text, title }: { text: string; title: string }) {
  const id = useId();
  const wholeText = usePage(selectWholeText);
  const { changeSetup } = usePageActions();
  const [over, setOver] = useState(false);

  async function read(file: File | undefined) {
    if (file) changeSetup({ haystack: { title: file.name, text: await file.text() } });
  }

  function drop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    void read(event.dataTransfer.files[0]);
  }

  return (
    <div className="own-text">
      <label htmlFor={id}>{title}</label>
      <textarea
        id={id}
        rows={5}
        className={over ? 'drop-target' : ''}
        placeholder="Paste a text, or drop a text file here"
        value={text}
        onChange={(event) => changeSetup({ haystack: { title, text: event.target.value } })}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      />
      <label className="file">
        Text file
        <input
          type="file"
          accept="text/*,.txt,.md"
          onChange={(event) => void read(event.target.files?.[0])}
        />
      </label>
      <label className="check">
        <input
          type="checkbox"
          checked={wholeText}
          onChange={(event) => changeSetup({ wholeText: event.target.checked })}
        />
        Read the whole text
      </label>
      {text.length > MAX_TEXT_IN_URL && (
        <p className="hint">
          {formatCount(text.length)} characters: too long for the address of the page, so a copied
          link will not bring this text.
        </p>
      )}
    </div>
  );
}
