import type { ScoreMethod } from '../method';

export interface TemperatureValues {
  temperature: number;
}

export function temperature(values: TemperatureValues): ScoreMethod {
  return { temperature: values.temperature };
}
