import { useEffect } from 'react';
import { usePage, usePageActions } from '../../state/page-context';
import type { PageState } from '../../state/page-store';
import { FoldingPanel } from '../parts/panel';
import { AboutNeedleLab } from './about-needle-lab';
import { LAB_EXPORTS } from './lab-exports';
import { StoredSweeps, UnfinishedSweep } from './stored-sweeps';
import { SweepControls } from './sweep-controls';
import { SweepForm } from './sweep-form';
import { SweepResults } from './sweep-results';
import './needle-lab-panel.css';

/** Many prompts instead of one: depth by length by strategy. */
export function NeedleLabPanel() {
  return (
    <FoldingPanel
      name="needle-lab"
      title="Needle lab"
      info={<AboutNeedleLab />}
      exports={LAB_EXPORTS}
    >
      <NeedleLab />
    </FoldingPanel>
  );
}

const selectSweep = (state: PageState) => state.needleLab.sweep;

function NeedleLab() {
  const sweep = usePage(selectSweep);
  const { listSweeps } = usePageActions();
  useEffect(() => {
    void listSweeps();
  }, [listSweeps]);
  return (
    <div className="lab">
      <UnfinishedSweep />
      <div className="lab-body">
        <div className="lab-plan">
          <SweepForm />
          <SweepControls />
          <StoredSweeps />
        </div>
        <div className="lab-results">
          {sweep ? (
            <SweepResults key={sweep.id} sweep={sweep} />
          ) : (
            <p className="hint">
              A grid of depth by length for every strategy appears here, cell by cell, once a sweep
              is started.
            </p>
          )}
        </div>
      </div>
    </div>
  );
}
