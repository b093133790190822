/** How an axis of values goes: from 0 to 1, or as far as the curves need. */
const AXES = ['share', 'linear', 'log'] as const;

export interface TrainingCurve {
  name: string;
  /** Tokens seen and value, in order. */
  points: [number, number][];
}

/** Curves of one unit, which are drawn together. */
export interface TrainingPanel {
  title: string;
  unit: string;
  axis: (typeof AXES)[number];
  curves: TrainingCurve[];
}

/** How a model came to be: `training.json` in its folder, written by the recipe in `training/`. */
export interface TrainingCurves {
  /** Seen in the whole run. */
  tokens: number;
  /** Tokens seen when the attention of layer 0 was released, null where it was never held. */
  released: number | null;
  panels: TrainingPanel[];
}

const MOST = { panels: 20, curves: 12, points: 2000, text: 80 } as const;

/** What a `training.json` holds, or null: another program may have written a file of that name. */
export function trainingCurvesIn(json: unknown): TrainingCurves | null {
  const { tokens, released, panels } = fieldsOf(json);
  const known = released === null || isPositive(released);
  if (!isPositive(tokens) || !known || !isList(panels, MOST.panels, isPanel)) return null;
  return { tokens, released, panels };
}

function isPanel(json: unknown): json is TrainingPanel {
  const { title, unit, axis, curves } = fieldsOf(json);
  const isPoint = axis === 'log' ? isPositivePoint : isAnyPoint;
  const isCurve = (curve: unknown): curve is TrainingCurve => {
    const { name, points } = fieldsOf(curve);
    return isText(name) && isList(points, MOST.points, isPoint);
  };
  const hasAxis = AXES.some((one) => one === axis);
  return isText(title) && isText(unit) && hasAxis && isList(curves, MOST.curves, isCurve);
}

function isAnyPoint(json: unknown): json is [number, number] {
  return Array.isArray(json) && json.length === 2 && json.every(Number.isFinite);
}

function isPositivePoint(json: unknown): json is [number, number] {
  return isAnyPoint(json) && json[1] > 0;
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MOST.text;
}

function isList<T>(
  value: unknown,
  most: number,
  isItem: (item: unknown) => item is T,
): value is T[] {
  return Array.isArray(value) && value.length > 0 && value.length <= most && value.every(isItem);
}

function fieldsOf(json: unknown): Record<string, unknown> {
  return typeof json === 'object' && json !== null ? { ...json } : {};
}
