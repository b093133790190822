import { expect, test } from 'vitest';
import { defaultPrompt } from '../needle/default-prompt';
import {
  type AttentionRow,
  createPageStore,
  NOTHING_INSPECTED,
  type PageState,
} from './page-store';
import { setupFrom } from './setup';
import { queryOfText, shownTextRow } from './text-row';

const SELECTION = { layer: 3, head: 2, query: 9, key: null, step: 5 };

function page(change: Partial<PageState>): PageState {
  const store = createPageStore(setupFrom(defaultPrompt(1)), SELECTION);
  store.setState(change);
  return store.getState();
}

test('what an earlier row read is shown, not what the picked query did', () => {
  const [row, textRow] = [{ query: 9 }, { query: 5 }] as AttentionRow[];
  const inspection = { ...NOTHING_INSPECTED, row, textRow };
  const atStep = page({ inspection, shading: 'read' });
  expect(queryOfText(atStep)).toBe(5);
  expect(shownTextRow(atStep)).toBe(textRow);
  const attention = page({ inspection, shading: 'attention' });
  expect(queryOfText(attention)).toBeNull();
  expect(shownTextRow(attention)).toBe(row);
  const now = page({ inspection, shading: 'read', selection: { ...SELECTION, step: null } });
  expect(shownTextRow(now)).toBe(row);
});
