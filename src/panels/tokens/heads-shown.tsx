import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import type { Selection } from '../../state/setup-url';

const selectSelection = (state: PageState) => state.selection;

type Over = Pick<Selection, 'overLayers' | 'overHeads'>;

const CHOICES: { title: string; over: Over }[] = [
  { title: 'picked head', over: {} },
  { title: 'mean of its layer', over: { overHeads: 'mean' } },
  { title: 'max of its layer', over: { overHeads: 'max' } },
  { title: 'mean of all heads', over: { overLayers: 'mean', overHeads: 'mean' } },
  { title: 'max of all heads', over: { overLayers: 'max', overHeads: 'max' } },
];

/** Whose weights are shown, here and in the map: the picked head's, or those of several heads as one. */
export function HeadsShown() {
  const { layer, head, overLayers, overHeads } = usePage(selectSelection);
  const { select } = usePageActions();
  const chosen = CHOICES.findIndex(
    ({ over }) => over.overLayers === overLayers && over.overHeads === overHeads,
  );
  return (
    <label>
      by{' '}
      <select
        value={chosen}
        // To pick a layer and a head ends whatever was made of all of them.
        onChange={(event) => select({ layer, head, ...CHOICES[Number(event.target.value)].over })}
      >
        {chosen < 0 && <option value={chosen}>as chosen in the map</option>}
        {CHOICES.map(({ title }, index) => (
          <option key={title} value={index}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}
