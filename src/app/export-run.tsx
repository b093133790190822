import { runSubject } from '../panels/parts/export-subject';
import { fileName, jsonOf } from '../panels/parts/export-table';
import { usePage, usePageStore } from '../state/page-context';
import type { PageState } from '../state/page-store';
import { saveFile } from '../state/save-file';

const selectHasRun = ({ run }: PageState) => run !== null;

/** Saves the run on screen with all that is needed to do it again; panels export their own parts. */
export function ExportRunButton() {
  const store = usePageStore();
  const hasRun = usePage(selectHasRun);

  function save() {
    const state = store.getState();
    const subject = runSubject(state);
    if (!subject) return;
    const name = fileName([state.model?.name ?? '', subject.name, 'run'], 'json');
    saveFile(name, jsonOf(subject.whole), 'application/json');
  }

  return (
    <button
      type="button"
      disabled={!hasRun}
      title="Saves the run on screen as JSON: the setup, the answer, what was measured"
      onClick={save}
    >
      Export
    </button>
  );
}
