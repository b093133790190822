import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { type Browser, chromium, type Page } from 'playwright';
import { browserLaunchOptions } from '../browser.mjs';
import { serve } from '../server.mjs';
import { UsageError } from './flags';

export const PANELS_USAGE =
  'npm run lab -- panels [--length N] [--max-tokens M] [--pairs P] [--json] [--adapter A]';

const TIMEOUT_MS = 600_000;

/** What one run of the page took: milliseconds of reading the prompt, milliseconds a token of writing. */
interface Times {
  readMs: number;
  tokenMs: number;
}

/**
 * What open panels cost: the same text goes on in two pages of one browser, one with every panel folded and
 * one with every panel open, by turns.
 */
export async function measurePanels(words: string[], prepare: () => Promise<void>): Promise<void> {
  const { values } = parseArgs({
    args: words,
    options: {
      length: { type: 'string', default: '512' },
      'max-tokens': { type: 'string', default: '128' },
      pairs: { type: 'string', default: '5' },
      json: { type: 'boolean', default: false },
      adapter: { type: 'string', default: 'gpu' },
    },
  });
  const { adapter } = values;
  if (adapter !== 'gpu' && adapter !== 'software') {
    throw new UsageError(`--adapter must be gpu or software, found "${adapter}".`);
  }
  const [length, maxTokens, pairs] = (['length', 'max-tokens', 'pairs'] as const).map((flag) => {
    const number = Number(values[flag]);
    if (Number.isInteger(number) && number > 0) return number;
    throw new UsageError(`--${flag} must be a whole number from 1 on, found "${values[flag]}".`);
  });
  await prepare();
  const server = await serve({ port: 0, host: '127.0.0.1' });
  const browser = await chromium.launch(browserLaunchOptions({ adapter }));
  try {
    const { port } = server.address() as AddressInfo;
    const setup = new URLSearchParams({
      haystack: 'stories',
      length: String(length),
      maxTokens: String(maxTokens),
      needle: '',
      question: '',
    });
    const address = `http://127.0.0.1:${port}/#${setup}`;
    const folded = await open(browser, address, true);
    const opened = await open(browser, address, false);
    const times: { folded: Times[]; open: Times[] } = { folded: [], open: [] };
    // By turns who is first, so that what the one leaves behind does not always meet the other.
    for (let pair = 0; pair <= pairs; pair++) {
      const turns = [
        { page: folded, into: times.folded },
        { page: opened, into: times.open },
      ];
      for (const { page, into } of pair % 2 === 0 ? turns : turns.reverse()) {
        const one = await timed(page);
        // The first pair compiles shaders and fills caches.
        if (pair > 0) into.push(one);
      }
    }
    const ratio = (part: keyof Times) =>
      median(times.open.map((open, i) => open[part] / times.folded[i][part]));
    const result = {
      length,
      maxTokens,
      pairs,
      adapter,
      foldedTokenMs: median(times.folded.map(({ tokenMs }) => tokenMs)),
      openTokenMs: median(times.open.map(({ tokenMs }) => tokenMs)),
      writing: ratio('tokenMs'),
      reading: ratio('readMs'),
    };
    console.log(values.json ? JSON.stringify(result) : readable(result));
  } finally {
    await browser.close();
    server.closeAllConnections();
    server.close();
  }
}

/** A page of its own, ready to run. */
async function open(browser: Browser, address: string, folded: boolean): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(TIMEOUT_MS);
  await page.goto(address);
  await ready(page);
  if (folded) {
    const open = page.locator('.panel > * button[aria-expanded="true"]');
    while ((await open.count()) > 0) await open.first().click();
  }
  return page;
}

/** Runs the page's setup to its end; the times are those that the page shows. */
async function timed(page: Page): Promise<Times> {
  await page.bringToFront();
  const summary = page.locator('.run-progress p');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await summary.filter({ hasText: /^(Reading|Writing)/ }).waitFor();
  await summary.filter({ hasText: /^Done/ }).waitFor();
  await ready(page);
  const [, tokens, whole] = textMatch(await summary.innerText(), /\+ (\d+) tokens in (.+)/);
  const [, rate] = textMatch(
    await page.locator('.answer-facts').innerText(),
    /([\d.,]+) tokens\/s/,
  );
  const tokenMs = 1000 / Number(rate.replaceAll(',', ''));
  // The first token comes out of the prompt.
  return { tokenMs, readMs: millisecondsIn(whole) - tokenMs * (Number(tokens) - 1) };
}

function textMatch(text: string, pattern: RegExp): string[] {
  const found = pattern.exec(text);
  if (!found) throw new Error(`The page shows no times: expected ${pattern}, found "${text}".`);
  return found;
}

/** The page writes 870 ms, 3.21 s or 2 min 5 s. */
function millisecondsIn(text: string): number {
  const units: Record<string, number> = { ms: 1, s: 1000, min: 60_000 };
  const parts = text.matchAll(/([\d.,]+) (ms|s|min)/g);
  return [...parts].reduce(
    (sum, [, number, unit]) => sum + Number(number.replaceAll(',', '')) * units[unit],
    0,
  );
}

async function ready(page: Page): Promise<void> {
  await page.locator('.status-line [role=status]').filter({ hasText: 'ready' }).waitFor();
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function readable(result: {
  length: number;
  maxTokens: number;
  pairs: number;
  adapter: string;
  foldedTokenMs: number;
  openTokenMs: number;
  writing: number;
  reading: number;
}): string {
  const { length, maxTokens, pairs, adapter } = result;
  return [
    `${length} tokens read, ${maxTokens} written, ${pairs} pairs of runs, adapter ${adapter}; medians`,
    `a token, every panel folded: ${result.foldedTokenMs.toFixed(2)} ms`,
    `a token, every panel open:   ${result.openTokenMs.toFixed(2)} ms`,
    `open ÷ folded, pair by pair: writing ${result.writing.toFixed(3)}, reading ${result.reading.toFixed(3)}`,
  ].join('\n');
}
