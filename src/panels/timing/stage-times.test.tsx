import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { StageTable } from './stage-times';

test('each stage has its share and its time; a phase that took none has neither', () => {
  const html = renderToStaticMarkup(
    <StageTable
      stageMs={{
        prefill: { selection: 10, attention: 30, model: 60 },
        decode: { selection: 0, attention: 0, model: 0 },
      }}
    />,
  );
  const [prefill, decode] = html.split('<tr>').slice(2);
  expect(prefill.match(/\d+ (%|ms)/g)).toEqual(['10 %', '10 ms', '30 %', '30 ms', '60 %', '60 ms']);
  expect(decode.match(/–/g)).toHaveLength(3);
});

test('an adapter without the means says so', () => {
  expect(renderToStaticMarkup(<StageTable stageMs={null} />)).toContain('cannot tell');
});
