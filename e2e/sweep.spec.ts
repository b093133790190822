import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'playwright/test';

const folder = mkdtempSync(join(tmpdir(), 'needlescope-sweep-'));

/**
 * Runs one command as a person would in a terminal.
 * @param interruptAt Ctrl-C is pressed as soon as this is on the error stream
 */
function lab(
  words: string[],
  interruptAt?: string,
): Promise<{ code: number | null; out: string; err: string }> {
  return new Promise((resolve, reject) => {
    // Playwright asks for colours; beside NO_COLOR that makes Node print a warning.
    const { FORCE_COLOR: _, ...env } = process.env;
    const child = spawn(process.execPath, ['e2e/tools/lab.mjs', ...words], { env });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (part) => {
      out += part;
    });
    child.stderr.setEncoding('utf8').on('data', (part) => {
      const before = err;
      err += part;
      const isThere = (text: string) => interruptAt !== undefined && text.includes(interruptAt);
      if (isThere(err) && !isThere(before)) child.kill('SIGINT');
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

const lines = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n');

test('a sweep that was interrupted goes on where it was, and its parts can be merged', async () => {
  const out = join(folder, 'sweep.jsonl');
  const flags =
    '--lengths 64 --depths 50 --samples 1 --max-tokens 8 --adapter software ' +
    '--strategy dense --strategy streaming-llm:cache.recent=16';
  const words = ['sweep', ...flags.split(' '), '--out', out, '--json'];
  const first = await lab(words, '1 of 2 samples');
  expect(first.err).toContain('the same command goes on');
  expect(first.code).toBe(130);
  const kept = lines(out);
  expect(kept).toHaveLength(2);

  appendFileSync(out, '{"strategy":1,"len');
  const second = await lab(words);
  expect(second.code).toBe(0);
  expect(second.err).toContain('1 of 2 samples are in');
  expect(lines(out).slice(0, 2)).toEqual(kept);
  expect(lines(out)).toHaveLength(3);
  const { plan, cells, strategies } = JSON.parse(second.out);
  expect(plan.lengths).toEqual([64]);
  expect(cells.map(({ done }: { done: number }) => done)).toEqual([1, 1]);
  const [dense, streaming] = strategies;
  expect(dense).toMatchObject({ failed: 0, lost: 0, mean: { held: 1, density: 1 } });
  expect(dense.correct + dense.cannot).toBe(1);
  // 16 entries do not reach the needle behind the question.
  expect(streaming).toMatchObject({ correct: 0, lost: 1 });
  expect(streaming.mean.kvBytes).toBeLessThan(dense.mean.kvBytes);

  const merged = await lab(['merge', out, '--csv']);
  expect(merged.err).toBe('');
  expect(merged.out.trim().split(/\r?\n/)).toHaveLength(3);
  const other = await lab([...words, '--seed', '2']);
  expect(other.code).toBe(1);
  expect(other.err).toContain('They differ in seed: 1 and 2.');
});

test('a task brings needles and questions of its own', async () => {
  const flags = '--task threading --set-task hops=2 --length 96 --seed 1';
  const { code, out } = await lab(['run', ...flags.split(' '), '--json', '--adapter', 'software']);
  expect(code).toBe(0);
  const { prompt, expected, answer, correct, score, promptTokens } = JSON.parse(out);
  expect(promptTokens).toBe(96);
  expect(prompt.question).toMatch(/^How can we find the .+\?$/);
  expect(prompt.task).toEqual({ id: 'threading', values: { hops: 2, direction: 'forward' } });
  const [box, place] = expected.split(', ');
  expect(prompt.needle).toContain(`is in the ${box}.`);
  expect(prompt.needle).toContain(`The ${box} is in the ${place}.`);
  expect(correct).toBe(answer.includes(place));
  expect(score).toBeGreaterThan(0);
});
