import { type ChangeEvent, useRef } from 'react';
import { usePage, usePageActions } from '../../state/page-context';
import type { CalibrationProgress, PageState } from '../../state/page-store';
import { CALIBRATION_TITLES, type CalibrationKind, holdsKind } from '../../strategies/calibration';
import { describeCalibration } from './calibration-progress';

const selectCalibration = (state: PageState) => state.calibration;
const selectCalibrating = (state: PageState) => state.calibrating;
const selectCanCalibrate = ({ model, activity }: PageState) =>
  model !== null && activity === 'idle';

/** Under an entry that needs something measured on the model: whether it is there, and how to get it. */
export function CalibrationNote({ kind }: { kind: CalibrationKind }) {
  const calibration = usePage(selectCalibration);
  const calibrating = usePage(selectCalibrating);
  const canCalibrate = usePage(selectCanCalibrate);
  const { calibrate, exportCalibration } = usePageActions();
  if (calibrating) return <Calibrating progress={calibrating} />;
  const isMeasured = holdsKind(calibration, kind);
  const what = CALIBRATION_TITLES[kind];
  return (
    <div className="calibration">
      <p className="hint">
        {isMeasured
          ? `Uses the ${what} measured on ${calibration?.model}.`
          : `Needs ${what}, which have not been measured on this model yet.`}
      </p>
      <div className="calibration-buttons">
        <button
          type="button"
          className={isMeasured ? 'small' : 'small primary'}
          disabled={!canCalibrate}
          onClick={() => void calibrate()}
        >
          {isMeasured ? 'Calibrate again' : 'Calibrate'}
        </button>
        <ImportButton disabled={!canCalibrate} />
        {isMeasured && (
          <button type="button" className="small" onClick={exportCalibration}>
            Export
          </button>
        )}
      </div>
    </div>
  );
}

function ImportButton({ disabled }: { disabled: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  const { importCalibration } = usePageActions();

  function read({ target }: ChangeEvent<HTMLInputElement>) {
    const file = target.files?.[0];
    if (file) void importCalibration(file);
    // So that the same file can be picked again.
    target.value = '';
  }

  return (
    <>
      <button
        type="button"
        className="small"
        disabled={disabled}
        onClick={() => input.current?.click()}
      >
        Import
      </button>
      <input
        ref={input}
        type="file"
        hidden
        accept="application/json,.json"
        aria-label="Calibration file"
        onChange={read}
      />
    </>
  );
}

function Calibrating({ progress }: { progress: CalibrationProgress }) {
  const { stop } = usePageActions();
  const { done, total } = progress;
  return (
    <div className="calibration">
      <progress
        aria-label="Progress of the calibration"
        {...(total > 0 ? { max: total, value: done } : {})}
      />
      <p className="hint">{describeCalibration(progress, performance.now())}</p>
      <div className="calibration-buttons">
        <button type="button" className="small" onClick={stop}>
          Stop
        </button>
      </div>
    </div>
  );
}
