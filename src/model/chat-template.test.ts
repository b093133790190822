import { expect, test } from 'vitest';
import { findChatTemplate, renderFrame } from './chat-template';
import { memoryFiles } from './memory-files';

const frame = (source: string) => renderFrame({ source, bosToken: '<s>', eosToken: '</s>' });

test('the template of ChatML, with a system message of its own', () => {
  const source = `{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system\nYou help.<|im_end|>\n' }}{% endif %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}`;
  expect(frame(source)).toEqual({
    before: '<|im_start|>system\nYou help.<|im_end|>\n<|im_start|>user\n',
    after: '<|im_end|>\n<|im_start|>assistant\n',
  });
});

test('tokens, trimming and the date', () => {
  const source = `{{- bos_token }}{%- if not date_string is defined %}{%- set date_string = strftime_now("%d %b %Y") %}{%- endif %}{{ date_string }}|{{ messages[0].content | trim }}|{{ eos_token }}`;
  expect(frame(source)).toEqual({ before: '<s>26 Jul 2024|', after: '|</s>' });
});

test.each([
  ['{% for', 'fails'],
  ["{{ raise_exception('no user here') }}", 'no user here'],
  ['nothing', '0 times'],
  ['{{ messages[0].content }}{{ messages[0].content }}', '2 times'],
  ['{{ messages[0].content | upper }}', '0 times'],
  ['{% for i in range(100000000) %}x{% endfor %}', 'too long'],
  ['{% for i in range(0, -5, 0) %}x{% endfor %}', 'range()'],
  [`{{ messages[0].content }}${'x'.repeat(70_000)}`, 'characters around'],
  ['x'.repeat(200_000), '200000 characters'],
])('%s is refused', (source, why) => {
  expect(() => frame(source)).toThrow(why);
});

test('it is in the configuration, alone or by name, or in a file of its own', async () => {
  const own = memoryFiles({ 'chat_template.jinja': 'own' });
  expect(await findChatTemplate(own, {})).toBe('own');
  const none = memoryFiles({});
  expect(await findChatTemplate(none, { chat_template: 'other' })).toBe('other');
  const named = [
    { name: 'tool_use', template: 'a' },
    { name: 'default', template: 'b' },
  ];
  expect(await findChatTemplate(none, { chat_template: named })).toBe('b');
  expect(await findChatTemplate(none, null)).toBeNull();
  expect(await findChatTemplate(none, { chat_template: 7 })).toBeNull();
});

test('a file that is much too long does not keep the model from loading', async () => {
  const long = memoryFiles({ 'chat_template.jinja': 'x'.repeat(1_000_000) });
  const source = (await findChatTemplate(long, {})) ?? '';
  expect(source.length).toBeLessThan(200_000);
  expect(() => frame(source)).toThrow('characters');
});
