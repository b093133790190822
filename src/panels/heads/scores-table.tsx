import { useState } from 'react';
import { headAt, scoredHeads } from '../../state/head-scores';
import { HEAD_SCORES, type HeadScore } from '../../state/head-view';
import { usePage } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import type { ModelInfo } from '../../worker/protocol';
import type { Table } from '../parts/export-table';
import { formatShort } from '../parts/numbers';
import { TableScroll } from '../parts/table-scroll';

/** Every score of every head as numbers. */
export function ScoresTable() {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Table: every score of each head</summary>
      {open && <OpenTable />}
    </details>
  );
}

const selectModel = (state: PageState) => state.model;
const selectScores = (state: PageState) => state.inspection.heads;
const selectCalibration = (state: PageState) => state.calibration;
const selectCache = (state: PageState) => state.run?.cache ?? null;

function OpenTable() {
  const model = usePage(selectModel);
  const scores = usePage(selectScores);
  const calibration = usePage(selectCalibration);
  const cache = usePage(selectCache);
  if (!model) return null;
  const columns = HEAD_SCORES.map(
    (kind) => scoredHeads(kind, { model, scores, calibration, cache }).values,
  );
  return (
    <TableScroll label="Every score of each head">
      <table className="scores-table">
        <thead>
          <tr>
            <th scope="col">Head</th>
            {HEAD_SCORES.map((kind) => (
              <th key={kind} scope="col">
                {COLUMNS[kind]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: model.layers * model.heads }, (_, index) => {
            const { layer, head } = headAt(index, model.heads);
            return (
              <tr key={`${layer}.${head}`}>
                <th scope="row">
                  {layer}.{head}
                </th>
                {columns.map((values, column) => (
                  <td key={HEAD_SCORES[column]} className="number">
                    {written(values?.[index])}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </TableScroll>
  );
}

const COLUMNS: Record<HeadScore, string> = {
  retrieval: 'retrieval',
  copy: 'copy',
  sink: 'sink',
  entropy: 'entropy',
  distance: 'distance, tokens',
  influence: 'influence',
  induction: 'induction',
  echo: 'echo',
  class: 'entries seen',
};

function written(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '–' : formatShort(value);
}

/** The same numbers for a file; null without a model. */
export function headNumbers({ model, inspection, calibration, run }: PageState): Table | null {
  if (!model || !run) return null;
  const measured = { model, scores: inspection.heads, calibration, cache: run.cache };
  const columns = HEAD_SCORES.map((kind) => scoredHeads(kind, measured).values);
  return {
    columns: ['layer', 'head', ...HEAD_SCORES.map(columnName)],
    rows: rowsOf(model, columns),
  };
}

function columnName(kind: HeadScore): string {
  if (kind === 'distance') return 'distance_tokens';
  return kind === 'class' ? 'entries_seen' : kind;
}

function rowsOf(model: ModelInfo, columns: (ArrayLike<number> | null)[]): Table['rows'] {
  return Array.from({ length: model.layers * model.heads }, (_, index) => {
    const { layer, head } = headAt(index, model.heads);
    const cells = columns.map((values) => values?.[index] ?? Number.NaN);
    return [layer, head, ...cells.map((value) => (Number.isNaN(value) ? null : value))];
  });
}
