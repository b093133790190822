import { useEffect, useRef } from 'react';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { formatBytes, formatCompact, formatCount } from '../parts/numbers';
import { TroubleBanner } from '../parts/trouble-banner';
import { DropZone } from './drop-zone';
import { LoadProgress } from './load-progress';
import { ModelChoice } from './model-choice';
import { Shelf } from './shelf';
import { SourceFields } from './source-fields';
import { StoredModels } from './stored-models';
import { HowItLearned } from './training-curves';
import './model-drawer.css';

const selectModel = (state: PageState) => state.model;
const selectModels = (state: PageState) => state.models;
const selectTrouble = (state: PageState) => state.troubles.load ?? null;

/** The header's model button, and the drawer behind it where another model is chosen. */
export function ModelDrawer() {
  const dialog = useRef<HTMLDialogElement>(null);
  const { open, loading, choice } = usePage(selectModels);
  const { showModels } = usePageActions();

  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open) dialog.current?.close();
  }, [open]);

  return (
    <>
      <ModelButton />
      <DropZone />
      <dialog
        ref={dialog}
        className="model-drawer"
        aria-label="Model"
        closedby="any"
        onClose={() => showModels(false)}
      >
        <div className="drawer-head">
          <h2>Model</h2>
          <button type="button" aria-label="Close" onClick={() => showModels(false)}>
            ✕
          </button>
        </div>
        <PresentModel />
        {open && <HowItLearned />}
        <LoadTrouble />
        {loading ? (
          <LoadProgress loading={loading} />
        ) : choice ? (
          <ModelChoice key={choice.title} choice={choice} />
        ) : (
          <>
            <SourceFields />
            <Shelf />
          </>
        )}
        <StoredModels />
      </dialog>
    </>
  );
}

function ModelButton() {
  const model = usePage(selectModel);
  const { showModels } = usePageActions();
  const about = model
    ? `${model.layers} layers, ${model.heads} heads, ${formatBytes(model.weightBytes)} of weights`
    : 'Choose a model';
  return (
    <button
      type="button"
      className="model-button"
      title={`${about}. Load another model`}
      onClick={() => showModels(true)}
    >
      model <b>{model ? model.name : 'none'}</b> ▾
    </button>
  );
}

function PresentModel() {
  const model = usePage(selectModel);
  if (!model) return <p className="hint">No model is loaded.</p>;
  const { layers, heads, kvHeads, contextLength, parameters, weightTypes, weightBytes } = model;
  return (
    <p className="present-model">
      <b>{model.name}</b> is loaded: {formatCompact(parameters)} parameters in {weightTypes} (
      {formatBytes(weightBytes)}), {layers} layers, {heads} heads over {kvHeads} KV heads, a context
      of {formatCount(contextLength)} tokens
      {model.address === null && '. It came from files of this machine, which no link can hold'}.
    </p>
  );
}

/** Said here too: the banner lies behind the drawer. */
function LoadTrouble() {
  const trouble = usePage(selectTrouble);
  return trouble && <TroubleBanner source="load" trouble={trouble} />;
}
