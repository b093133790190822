import type { PageActions } from '../state/page-actions';
import type { PageStore } from '../state/page-store';
import { rowSelected, viewedStep } from '../state/viewed-step';

interface Shortcut {
  keys: string;
  does: string;
}

/** What the help lists; `listenForShortcuts` and the panels do it. */
export const SHORTCUTS: Shortcut[] = [
  { keys: 'R', does: 'Run' },
  { keys: 'P', does: 'Pause or resume' },
  { keys: 'S', does: 'One step, while paused' },
  { keys: 'X', does: 'Stop' },
  { keys: '[ ]', does: 'Previous or next head' },
  { keys: '{ }', does: 'Previous or next layer' },
  { keys: 'A', does: 'Ablate the picked head, or restore it' },
  { keys: ', .', does: 'One step back or forward in time' },
  { keys: 'Esc', does: 'Let go of the picked tokens; back to now' },
  { keys: '?', does: 'This help' },
  { keys: '← →', does: 'In the text: pick the token before or after' },
  { keys: '← → ↑ ↓', does: 'In the map and the heads: move the picked cell' },
  { keys: '+ − 0', does: 'In the map: zoom in, zoom out, show all' },
  { keys: 'Page ↑ ↓ Home End', does: 'In the map: move the view' },
];

/** Acts on single keys, except where a person types or a dialog is open. */
export function listenForShortcuts(store: PageStore, actions: PageActions): () => void {
  function press(event: KeyboardEvent) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(event.target) || document.querySelector('dialog[open], :popover-open')) return;
    if (act(event.key)) event.preventDefault();
  }

  /** Returns whether the key meant something. */
  function act(key: string): boolean {
    const { activity, selection, model } = store.getState();
    const { layer, head } = selection;
    switch (key) {
      case 'r':
        clickButton('run');
        return true;
      case 'p':
        if (activity === 'running') actions.pause();
        if (activity === 'paused') actions.resume();
        return true;
      case 's':
        if (activity === 'paused') actions.step();
        return true;
      case 'x':
        if (activity !== 'idle') actions.stop();
        return true;
      case '[':
      case ']':
        actions.select({ head: turned(head, key === ']' ? 1 : -1, model?.heads) });
        return true;
      case '{':
      case '}':
        actions.select({ layer: turned(layer, key === '}' ? 1 : -1, model?.layers) });
        return true;
      case 'a':
        actions.toggleHead(layer, head);
        return true;
      case ',':
      case '.': {
        const row = viewedStep(store.getState());
        if (row === null) return false;
        actions.select(rowSelected(store.getState(), row + (key === '.' ? 1 : -1)));
        return true;
      }
      case 'Escape':
        actions.select({ query: null, key: null, step: null });
        return true;
      case '?':
        clickButton('help');
        return true;
      default:
        return false;
    }
  }

  window.addEventListener('keydown', press);
  return () => window.removeEventListener('keydown', press);
}

/** The button knows whether it may be pressed now. */
function clickButton(name: string) {
  document.querySelector<HTMLButtonElement>(`button[data-shortcut="${name}"]`)?.click();
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLTextAreaElement ||
    target instanceof HTMLSelectElement ||
    (target instanceof HTMLInputElement && !['checkbox', 'button'].includes(target.type))
  );
}

function turned(index: number, step: number, count = 1): number {
  return (index + step + count) % count;
}
