import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { shownHeads } from '../../state/shown-heads';
import { AGGREGATES, type Aggregate } from '../../worker/protocol';

const selectSelection = (state: PageState) => state.selection;
const selectModel = (state: PageState) => state.model;

/** Which layer and head all panels show; the map can also show all of them as one. */
export function HeadChoice() {
  const selection = usePage(selectSelection);
  const model = usePage(selectModel);
  const { select } = usePageActions();
  const { layer, head } = shownHeads(selection);
  return (
    <>
      <IndexChoice
        title="layer"
        count={model?.layers ?? selection.layer + 1}
        value={layer}
        onIndex={(value) => select({ layer: value })}
        onAll={(overLayers) => select({ overLayers })}
      />
      <IndexChoice
        title="head"
        count={model?.heads ?? selection.head + 1}
        value={head}
        onIndex={(value) => select({ head: value })}
        onAll={(overHeads) => select({ overHeads })}
      />
    </>
  );
}

interface IndexChoiceProps {
  title: string;
  count: number;
  value: number | Aggregate;
  onIndex(index: number): void;
  onAll(aggregate: Aggregate): void;
}

function IndexChoice({ title, count, value, onIndex, onAll }: IndexChoiceProps) {
  function choose(chosen: string) {
    const aggregate = AGGREGATES.find((one) => one === chosen);
    if (aggregate) onAll(aggregate);
    else onIndex(Number(chosen));
  }
  return (
    <label>
      {title}{' '}
      <select value={value} onChange={(event) => choose(event.target.value)}>
        {Array.from({ length: count }, (_, index) => index).map((index) => (
          <option key={index} value={index}>
            {index}
          </option>
        ))}
        {AGGREGATES.map((aggregate) => (
          <option key={aggregate} value={aggregate}>
            {aggregate} of {title}s
          </option>
        ))}
      </select>
    </label>
  );
}
