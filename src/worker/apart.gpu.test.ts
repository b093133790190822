import { expect, it } from 'vitest';
import { renderApart } from './chat-frame';
import { tryPatternsApart } from './try-patterns';

const tokens = { bosToken: '<s>', eosToken: '</s>' };

it('renders a template in a worker of its own', async () => {
  const source =
    '{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m.content }}{% endfor %}!';
  expect(await renderApart({ source, ...tokens })).toEqual({ before: '<s>[user] ', after: '!' });
});

it('ends a template that has no end', async () => {
  const loops = Array.from('abcde', (name) => `{% for ${name} in range(9999) %}`).join('');
  const source = `${loops}{{ 1 }}${'{% endfor %}'.repeat(5)}`;
  await expect(renderApart({ source, ...tokens })).rejects.toMatchObject({
    trouble: { code: 'model-damaged', what: expect.stringContaining('no end') },
  });
}, 20_000);

it('refuses a pattern that takes forever, and takes those of tokenizers', async () => {
  const usual = "'s|'t| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
  await tryPatternsApart([usual, '(unbalanced']);
  await expect(tryPatternsApart([usual, '(a+)+$'])).rejects.toMatchObject({
    trouble: { code: 'model-damaged', what: expect.stringContaining('no end') },
  });
}, 20_000);
