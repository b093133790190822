import { cellsTable } from '../../needle/sweep/tables';
import type { PanelExports } from '../parts/export-menu';
import { describePlan } from './stored-sweeps';

/** The sweep on screen instead of the run. */
export const LAB_EXPORTS: PanelExports = {
  picture: '.cell-grid, .grid-legend, .pareto-chart, .cells-table',
  numbers: ({ needleLab: { sweep } }) => (sweep ? cellsTable(sweep.plan, sweep.outcomes) : null),
  subject({ needleLab: { sweep }, model }) {
    if (!sweep) return null;
    const { plan, outcomes } = sweep;
    return {
      name:
        plan.strategies.length === 1
          ? plan.strategies[0].title
          : `${plan.strategies.length} strategies`,
      caption: describePlan(plan),
      title: 'the sweep',
      whole: { about: 'Needlescope sweep', adapter: model?.adapter, plan, outcomes },
    };
  },
};
