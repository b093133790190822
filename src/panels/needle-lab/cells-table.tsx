import { useState } from 'react';
import type { Table } from '../parts/export-table';
import { TableScroll } from '../parts/table-scroll';
import { columnOf, shownAs } from './cell-columns';
import { type Order, sortRows } from './sort-rows';
import './cells-table.css';

/** Rows shown at first: a large sweep has thousands, and drawing them all would hold up the page. */
const FIRST_ROWS = 200;

/** Every number of every cell; a column's name sorts by it. */
export function CellsTable({ table }: { table: Table }) {
  const [order, setOrder] = useState<Order | null>(null);
  const [shown, setShown] = useState(FIRST_ROWS);
  const columns = table.columns.map(columnOf);
  const rows = order ? sortRows(table.rows, order) : table.rows;

  function sortBy(column: number) {
    setOrder({ column, falling: order?.column === column && !order.falling });
  }

  return (
    <>
      <TableScroll label="Cells">
        <table className="cells-table" aria-label="Cells">
          <thead>
            <tr>
              {columns.map(({ title, about }, column) => (
                <th key={title} scope="col" aria-sort={sortOf(order, column)} title={about}>
                  <button type="button" onClick={() => sortBy(column)}>
                    {title}
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, shown).map((row) => (
              <tr key={row.slice(0, 3).join()}>
                {row.map((value, column) => (
                  <td
                    key={columns[column].title}
                    className={typeof value === 'string' ? '' : 'number'}
                  >
                    {shownAs(value, columns[column])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
      {rows.length > shown && (
        <button
          type="button"
          className="small"
          onClick={() => setShown((count) => count + 5 * FIRST_ROWS)}
        >
          {rows.length - shown} more rows
        </button>
      )}
    </>
  );
}

function sortOf(order: Order | null, column: number) {
  if (order?.column !== column) return 'none';
  return order.falling ? 'descending' : 'ascending';
}
