import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';

const selectLayer = (state: PageState) => state.selection.layer;
const selectHead = (state: PageState) => state.selection.head;
const selectModel = (state: PageState) => state.model;

/** Which layer and head all panels show. */
export function HeadChoice() {
  const layer = usePage(selectLayer);
  const head = usePage(selectHead);
  const model = usePage(selectModel);
  const { select } = usePageActions();
  return (
    <>
      <IndexChoice
        title="layer"
        count={model?.layers ?? layer + 1}
        value={layer}
        onChange={(value) => select({ layer: value })}
      />
      <IndexChoice
        title="head"
        count={model?.heads ?? head + 1}
        value={head}
        onChange={(value) => select({ head: value })}
      />
    </>
  );
}

function IndexChoice({
  title,
  count,
  value,
  onChange,
}: {
  title: string;
  count: number;
  value: number;
  onChange(value: number): void;
}) {
  return (
    <label>
      {title}{' '}
      <select value={value} onChange={(event) => onChange(Number(event.target.value))}>
        {Array.from({ length: count }, (_, index) => index).map((index) => (
          <option key={index} value={index}>
            {index}
          </option>
        ))}
      </select>
    </label>
  );
}
