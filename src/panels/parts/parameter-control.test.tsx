import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, test } from 'vitest';
import { REGISTRY } from '../../strategies/registry';
import { AXES, type Entry } from '../../strategies/schema';
import { ParameterControl } from './parameter-control';

const PARAMETERS = AXES.flatMap((axis) => {
  const entries: Entry<unknown, unknown>[] = REGISTRY[axis];
  return entries.flatMap((entry) => entry.parameters);
});

function markup(parameter: (typeof PARAMETERS)[number], problem: string | null = null): string {
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

  test('shows what is wrong and marks the field', () => {
    const html = markup(PARAMETERS[0], 'must be a whole number');
    expect(html).toContain('must be a whole number');
    expect(html).toContain('aria-invalid="true"');
  });
});
