import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'playwright/test';
import reference from '../src/reference/embedded-model.json' with { type: 'json' };

/** Runs one command as a person would in a terminal. */
function lab(...words: string[]): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve, reject) => {
    // Playwright asks for colours; beside NO_COLOR that makes Node print a warning.
    const { FORCE_COLOR: _, ...env } = process.env;
    const flags = ['--adapter', 'software'];
    const child = spawn(process.execPath, ['e2e/tools/lab.mjs', ...words, ...flags], { env });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (part) => {
      out += part;
    });
    child.stderr.setEncoding('utf8').on('data', (part) => {
      err += part;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

const text = join(mkdtempSync(join(tmpdir(), 'needlescope-')), 'text.txt');
const batch = `${text}.batch`;

test('a text goes on as it does elsewhere on the same weights', async () => {
  const [first] = reference.items;
  writeFileSync(text, `${first.prompt}\n`);
  const tokens = String(first.greedy_ids.length);
  const flags = ['--needle', '', '--question', '', '--max-tokens', tokens, '--json'];
  const { code, out, err } = await lab('run', '--text', text, ...flags);
  expect(err).toBe('');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({
    generated: first.greedy_ids,
    promptTokens: first.input_ids.length,
    correct: null,
    seed: 0,
  });
});

test('a batch prints one object a line, goes on after a mistake, and tells of it', async () => {
  const ids = reference.items[1].input_ids.join(',');
  writeFileSync(
    batch,
    [
      '# what to ask',
      `logits --ids ${ids} --top 10`,
      `tile --ids ${ids} --layer 2 --head 1 --queries 3:5 --keys 0:5`,
      'logits --ids 99999',
      `heads --ids ${ids} --max-tokens 2 --mass --curves`,
      'run --length 128 --strategy window --set cache.recent=32 --max-tokens 4',
      `compare --ids ${ids} --strategy dense --with window --with-set cache.recent=16 --max-tokens 3`,
      `perplexity --ids ${ids} --prompt 8 --strategies "dense window:cache.recent=16"`,
      'bench --lengths 32 --steps 2',
      'strategies',
    ].join('\n'),
  );
  const { code, out } = await lab('run', '--batch', batch, '--json');
  expect(code).not.toBe(0);
  const [logits, tile, mistake, heads, run, compared, perplexity, bench, strategies] = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

  const { top10_ids: top, top10_logits: values } = reference.items[1];
  expect(logits.top.map(({ id }: { id: number }) => id)).toEqual(top);
  for (const [index, { logit }] of logits.top.entries()) {
    expect(Math.abs(logit / values[index] - 1)).toBeLessThan(1e-3);
  }
  expect(tile.weights).toHaveLength(2);
  // A row of the softmax adds up to one; the first of the two cannot see the last key.
  for (const row of tile.weights) {
    expect(row.reduce((sum: number, weight: number) => sum + weight, 0)).toBeCloseTo(1, 4);
  }
  expect(tile.weights[0][4]).toBe(0);
  expect(mistake.error).toContain('99999');
  expect(heads.prompt.ids).toEqual(reference.items[1].input_ids);
  expect(heads.generated).toEqual(reference.items[1].greedy_ids.slice(0, 2));
  for (const score of ['sink', 'entropy', 'distance', 'copy']) {
    expect(heads[score]).toHaveLength(heads.layers);
    expect(heads[score][0]).toHaveLength(heads.heads);
  }
  // The answer's last token is not fed back.
  const positions = heads.prompt.ids.length + 1;
  expect(heads.mass[0]).toHaveLength(positions);
  expect(heads.curves.waad).toHaveLength(positions);
  expect(run.strategy.cache).toEqual({ id: 'window', values: { recent: 32 } });
  expect(run.promptTokens).toBe(128);
  expect(run.kvBytes.end).toBeLessThan(run.kvBytes.dense);
  expect(compared.a.generated).toEqual(reference.items[1].greedy_ids.slice(0, 3));
  expect(compared.b.kvBytes.end).toBeLessThan(compared.a.kvBytes.end);
  expect(compared.meanKl).toBeGreaterThan(0);
  const [dense, window] = perplexity.runs;
  expect(dense).toMatchObject({ read: reference.items[1].input_ids.length, firstEviction: null });
  expect(window.firstEviction).toBe(16);
  // Until then both read the same.
  expect(window.surprisals[15]).toBeCloseTo(dense.surprisals[15], 3);
  expect(window.surprisals[30]).not.toBeCloseTo(dense.surprisals[30], 3);
  expect(bench.rows).toMatchObject([{ promptTokens: 32, bytesReadBackPerToken: 4 }]);
  expect(strategies.presets.map(({ id }: { id: string }) => id)).toContain('streaming-llm');
});

test('calibrate finds the heads that look things up, and writes them where runs can read them', async () => {
  const [found, other] = [`${text}.found.json`, `${text}.other.json`];
  const streamingGates = Array(9).fill([1, 1]);
  writeFileSync(other, JSON.stringify({ model: 'another', streamingGates }));
  const short = 'run --length 64 --max-tokens 1 --calibration';
  writeFileSync(
    batch,
    `calibrate --kinds head-classes --out ${found}\n${short} ${found}\n${short} ${other}`,
  );
  const { out, err } = await lab('run', '--batch', batch);
  const [calibration, run, refusal] = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(err).toContain('head classes: 1,025 of 1,025');
  expect(JSON.parse(readFileSync(found, 'utf8'))).toEqual(calibration);
  expect(Object.keys(calibration)).toEqual(['model', 'headClasses']);
  // The embedded model retrieves in one of its nine layers.
  const best = calibration.headClasses.induction.map((heads: number[]) => Math.max(...heads));
  const layers = [...best.keys()].filter((layer) => best[layer] > 0.3);
  expect(layers).toEqual([5]);
  expect(run.promptTokens).toBe(64);
  expect(refusal.error).toContain('measured on “another”');
});

test('a mistake ends with a message and an exit code', async () => {
  const { code, out, err } = await lab('run', '--haystack', 'ulysses', '--json');
  expect(code).not.toBe(0);
  expect(out).toBe('');
  expect(err).toContain('There is no haystack "ulysses"');
  expect(err).toContain('genesis');
});

test('a folder that is no model says what is missing, and where', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'needlescope-'));
  const { code, err } = await lab('logits', '--ids', '1', '--model', folder);
  expect(code).not.toBe(0);
  expect(err).toContain(`There is no config.json in ${folder}/`);
});
