import type { NumberParameter } from '../../strategies/schema';

/** Steps of a slider whose range is too wide for one step a value. */
const WIDE_STEPS = 200;

export interface SliderScale {
  min: number;
  max: number;
  step: number;
  toSlider(value: number): number;
  fromSlider(position: number): number;
}

/** A slider for a parameter: even steps, or logarithmic ones with round values where the range is wide. */
export function sliderScale({ min, max, step }: NumberParameter): SliderScale {
  if ((max - min) / step <= 1024) {
    return { min, max, step, toSlider: (value) => value, fromSlider: (position) => position };
  }
  const span = Math.log(max - min + 1);
  return {
    min: 0,
    max: WIDE_STEPS,
    step: 1,
    toSlider: (value) => (Math.log(Math.max(value - min, 0) + 1) / span) * WIDE_STEPS,
    fromSlider(position) {
      const value = min + Math.exp((position / WIDE_STEPS) * span) - 1;
      return Math.min(max, Math.max(min, roundTo(value, step)));
    },
  };
}

/** Multiples of an eighth of the power of two below: 512, 576, 640, … 1024, 1152, … */
function roundTo(value: number, step: number): number {
  const grain = Math.max(step, 2 ** (Math.floor(Math.log2(Math.max(value, 1))) - 3));
  return Math.round(value / grain) * grain;
}
