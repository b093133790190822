import { type FormEvent, useId, useRef, useState } from 'react';
import { chooseHub, hubAddress } from '../../state/hub-address';
import { usePageActions } from '../../state/page-context';
import { troubleOf } from '../../trouble';
import { DEFAULT_HUB, hubSource, type ModelSource, parseSource } from '../../worker/protocol';
import { type Picked, pickedBy, sourceOf } from './picked-source';

/** The ways to a model of one's own. */
export function SourceFields() {
  return (
    <section aria-label="Your own model" className="source-fields">
      <HubField />
      <AddressField />
      <FileFields />
    </section>
  );
}

function HubField() {
  const id = useId();
  const { chooseModel, report } = usePageActions();
  const [name, setName] = useState('');
  const [revision, setRevision] = useState('');
  const [token, setToken] = useState('');
  const [hub, setHub] = useState(hubAddress);

  function submit(event: FormEvent) {
    event.preventDefault();
    try {
      chooseHub(hub);
      const given = name.trim().replace(/^hub:/, '');
      const found = parseSource(`hub:${given}`, document.baseURI);
      const { id: owner, file } = found as Extract<ModelSource, { kind: 'hub' }>;
      const source = revision.trim() === '' ? found : hubSource(owner, revision, file ?? undefined);
      const secret = token.trim() === '' ? {} : { token: token.trim() };
      const request = { source, precision: 'auto', keep: true, hub: hubAddress() } as const;
      void chooseModel(given, { ...request, ...secret });
    } catch (error) {
      report('load', troubleOf(error));
    }
  }

  return (
    <form onSubmit={submit}>
      <label htmlFor={`${id}-name`}>From the Hugging Face hub</label>
      <div className="source-row">
        <input
          id={`${id}-name`}
          type="text"
          placeholder="owner/name"
          autoComplete="off"
          spellCheck={false}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <button type="submit" disabled={name.trim() === ''}>
          Look
        </button>
      </div>
      <details>
        <summary>Revision, token, mirror</summary>
        <label htmlFor={`${id}-revision`}>Revision</label>
        <input
          id={`${id}-revision`}
          type="text"
          placeholder="main"
          autoComplete="off"
          value={revision}
          onChange={(event) => setRevision(event.target.value)}
        />
        <label htmlFor={`${id}-token`}>Access token, for gated models</label>
        <input
          id={`${id}-token`}
          type="password"
          placeholder="hf_…"
          autoComplete="off"
          value={token}
          onChange={(event) => setToken(event.target.value)}
        />
        <p className="hint">
          The token is sent to the hub only. It stays in memory and is gone with this page.
        </p>
        <label htmlFor={`${id}-hub`}>Hub</label>
        <input
          id={`${id}-hub`}
          type="url"
          placeholder={DEFAULT_HUB}
          value={hub}
          onChange={(event) => setHub(event.target.value)}
        />
      </details>
    </form>
  );
}

function AddressField() {
  const id = useId();
  const { chooseModel, report } = usePageActions();
  const [address, setAddress] = useState('');

  function submit(event: FormEvent) {
    event.preventDefault();
    try {
      const source = parseSource(address, document.baseURI);
      const request = { source, precision: 'auto', keep: true, hub: hubAddress() } as const;
      void chooseModel(address.trim(), request);
    } catch (error) {
      report('load', troubleOf(error));
    }
  }

  return (
    <form onSubmit={submit}>
      <label htmlFor={id}>From an address: a folder, a GGUF or a safetensors file</label>
      <div className="source-row">
        <input
          id={id}
          type="text"
          inputMode="url"
          placeholder="https://…"
          autoComplete="off"
          spellCheck={false}
          value={address}
          onChange={(event) => setAddress(event.target.value)}
        />
        <button type="submit" disabled={address.trim() === ''}>
          Look
        </button>
      </div>
    </form>
  );
}

function FileFields() {
  const folder = useRef<HTMLInputElement>(null);
  const files = useRef<HTMLInputElement>(null);
  const choose = useChooseFiles();
  return (
    <div>
      <p className="field-label">From this machine</p>
      <div className="source-row">
        <button type="button" onClick={() => folder.current?.click()}>
          Choose a folder
        </button>
        <button type="button" onClick={() => files.current?.click()}>
          Choose files
        </button>
        <span className="hint">or drop them anywhere on the page</span>
      </div>
      <input
        ref={folder}
        type="file"
        hidden
        aria-label="Folder of a model"
        {...{ webkitdirectory: '' }}
        onChange={(event) => choose(pickedBy(event.target))}
      />
      <input
        ref={files}
        type="file"
        hidden
        multiple
        aria-label="Files of a model"
        onChange={(event) => choose(pickedBy(event.target))}
      />
    </div>
  );
}

/** Looks at the model in picked files. They stay where they are: nothing is sent or copied. */
export function useChooseFiles(): (picked: Picked[]) => void {
  const { chooseModel, report, showModels } = usePageActions();
  return (picked) => {
    showModels(true);
    try {
      const source = sourceOf(picked);
      void chooseModel(source.name, { source, precision: 'auto', keep: false });
    } catch (error) {
      report('load', troubleOf(error));
    }
  };
}
