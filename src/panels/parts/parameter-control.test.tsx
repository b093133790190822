import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { REGISTRY } from '../../strategies/registry';
import { AXES, type ChoiceParameter, type Entry, type Parameter } from '../../strategies/schema';
import { ParameterControl } from './parameter-control';

const POOLING: ChoiceParameter = {
  kind: 'choice',
  name: 'pooling',
  title: 'Pooling of scores',
  unit: '',
  options: [
    { value: 'mean', title: 'Mean of a block' },
    { value: 'max', title: 'Largest of a block' },
  ],
  default: 'mean',
  meaning: 'How the scores of a block become one.',
};
const REGISTERED = AXES.flatMap((axis) => {
  const entries: Entry<unknown, unknown>[] = REGISTRY[axis];
  return entries.flatMap((entry) => entry.parameters);
});
const PARAMETERS: Parameter[] = [...REGISTERED, POOLING];

function markup(parameter: Parameter, problem: string | null = null): string {
  return renderToStaticMarkup(
    <ParameterControl
      parameter={parameter}
      value={parameter.default}
      problem={problem}
      onChange={() => {}}
    />,
  );
}

describe('the control of a parameter', () => {
  test.each(PARAMETERS)('$title says its name, unit and meaning', (parameter) => {
    const html = markup(parameter);
    expect(html).toContain(parameter.title);
    expect(html).toContain(parameter.meaning);
    if (parameter.unit) expect(html).toContain(parameter.unit);
  });

  test.each([PARAMETERS[0], POOLING])('shows what is wrong with $title', (parameter) => {
    const html = markup(parameter, 'must be a whole number');
    expect(html).toContain('must be a whole number');
    expect(html).toContain('aria-invalid="true"');
  });

  test('offers every option of a choice by its title, and marks the present one', () => {
    const html = markup(POOLING);
    expect(html).toContain('<option value="mean" selected="">Mean of a block</option>');
    expect(html).toContain('<option value="max">Largest of a block</option>');
    expect(html).toContain('Reset Pooling of scores to Mean of a block');
  });
});
