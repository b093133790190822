import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from 'playwright/test';

/** Opens the page and waits until the model can run. */
async function open(page: Page, address = './') {
  await page.goto(address);
  await expect(statusOf(page)).toHaveText(/ready/, { timeout: 60_000 });
}

/** Runs the present setup to its end and gives the verdict. */
async function run(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(verdictOf(page)).toHaveText(/found/, { timeout: 90_000 });
  await expect(statusOf(page)).toHaveText(/ready/);
  return verdictOf(page).innerText();
}

/** Picks a preset by its name, as a person who types would. */
async function choosePreset(page: Page, title: string) {
  const field = page.getByLabel('Preset');
  await field.click();
  await field.pressSequentially(title);
  await field.press('Enter');
  await expect(field).toHaveValue(title);
}

const statusOf = (page: Page) => page.locator('.status-line [role=status]');
const verdictOf = (page: Page) => page.locator('.verdict');
const tokenAt = (page: Page, position: number) => page.locator(`[data-position="${position}"]`);
const mapLine = (page: Page) =>
  page.getByRole('region', { name: 'Attention map' }).locator('.read-out');

test('the first run finds the needle and shows what it looked at', async ({ page }) => {
  await open(page);
  await expect(page.getByText('The prompt has 512 tokens')).toBeVisible();
  expect(await run(page)).toBe('✓ found');
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  const exported = JSON.parse(readFileSync(await (await saved).path(), 'utf8'));
  expect(exported).toMatchObject({ about: 'Needlescope run', result: { correct: true } });

  const needle = page.locator('.token.in-needle');
  await expect(needle.first()).toBeInViewport();
  await expect(page.getByText(/held now · 100 % of keeping all/)).toBeVisible();
  await expect(
    page.getByRole('button', { name: /layer 5, head 3: retrieval score (0\.[5-9]|1)/ }),
  ).toBeVisible();

  // Hover shows a number, a click makes the token the query of all panels.
  await needle.first().hover();
  await expect(page.locator('.tooltip').filter({ hasText: 'weight' })).toBeVisible();
  await needle.first().click();
  await expect(page.getByText(/attention of query 2\d\d/)).toBeVisible();
});

test('StreamingLLM loses the needle: tokens struck out, holes in the map, the meter down', async ({
  page,
}) => {
  await open(page);
  await choosePreset(page, 'StreamingLLM');
  expect(await run(page)).toBe('✗ not found');

  const needle = page.locator('.token.in-needle').first();
  await expect(needle).toHaveClass(/evicted/);
  await expect(needle).toHaveCSS('text-decoration-line', 'line-through');
  const held = await page.locator('.cache-held').innerText();
  expect(Number(/([\d.]+) % of keeping all/.exec(held)?.[1])).toBeLessThan(40);

  // The cell of the answering token and the needle is a hole.
  await page.getByLabel('shade').selectOption('kept');
  await expect(tokenAt(page, 0)).toHaveClass(/kept/);
  await page.getByRole('button', { name: 'Answer × needle' }).click();
  const map = page.getByRole('application', { name: 'Attention map' });
  await map.locator('canvas').click();
  await expect(mapLine(page)).toContainText('evicted before this query');

  // Back in time: the row right after the needle still saw it, the end of the prompt did not.
  const cache = page.getByRole('region', { name: 'KV cache' });
  await expect(cache).toContainText(/“.+” at position 2\d\d: left at step 3\d\d/);
  await page.getByRole('slider', { name: 'Step' }).fill('260');
  await expect(cache).toContainText('Row 260 saw 2,304 of 4,698 entries');
  await expect(cache).toContainText(/held, age \d+ tokens; leaves at step 3\d\d/);
  await expect(page).toHaveURL(/step=260/);
  await page.keyboard.press('Escape');
  await expect(page).not.toHaveURL(/step=/);
});

test('a sparse prefill shows what it left out: mask, row table, tokens, density', async ({
  page,
}) => {
  await open(page);
  await choosePreset(page, 'A-shape');
  await page.getByLabel('Measure recall').check();
  await run(page);

  const facts = await page.locator('.answer-facts').innerText();
  const [, density, recall] = /density ([\d.]+) % · recall ([\d.]+) %/.exec(facts) ?? [];
  expect(Number(density)).toBeGreaterThan(5);
  expect(Number(density)).toBeLessThan(90);
  expect(Number(recall)).toBeGreaterThan(Number(density));
  expect(Number(recall)).toBeLessThan(100);
  const counted = page.getByRole('table', { name: 'Computed and read, counted on the GPU' });
  await expect(counted.getByRole('row', { name: /density/ })).toContainText(`${density} %`);
  // The answer is written over a cache that keeps all, so its steps read everything.
  await expect(counted.getByRole('row', { name: /entries/ })).toContainText('100 %');

  // Between the first tokens and the newest ones the last query of the prompt saw nothing.
  await page.getByText('Table: strongest keys of the picked query').click();
  const missing = page.getByRole('table', { name: 'Keys without a weight' });
  await expect(missing.locator('tbody tr')).toHaveCount(1);
  await expect(missing.getByRole('row', { name: /left out by the prefill pattern/ })).toBeVisible();
  await page.getByLabel('shade').selectOption('read');
  await expect(tokenAt(page, 0)).toHaveClass(/read/);
  await expect(page.locator('.token.in-needle').first()).toHaveClass(/left-out/);

  await page.getByLabel('Mask', { exact: true }).check();
  await page.getByRole('button', { name: 'Whole', exact: true }).click();
  await expect(mapLine(page)).toContainText('computed if any was');
  const map = page.getByRole('application', { name: 'Attention map' });
  const box = await map.locator('canvas').boundingBox();
  if (!box) throw new Error('The map has no size.');
  // A quarter from the left, just above the answer: old keys, late queries.
  const position = { x: box.width / 4, y: box.height * 0.85 };
  await map.locator('canvas').click({ position });
  await expect(mapLine(page)).toContainText('left out by the prefill pattern');
});

test('the map zooms from pooled pixels to single weights that equal the table', async ({
  page,
}) => {
  await open(page, './#layer=2&head=1');
  await run(page);
  await expect(mapLine(page)).toContainText('Zoom in for single weights');
  await page.getByRole('button', { name: 'Answer × needle' }).click();
  await expect(mapLine(page)).toHaveText('Every cell is one exact weight.');

  const map = page.getByRole('application', { name: 'Attention map' });
  await map.locator('canvas').click();
  await expect(mapLine(page)).toHaveText(/query \d+ “.*” · key \d+ “.*” · weight \S+/);

  await page.getByText('Table: strongest keys of the picked query').click();
  const strongest = page
    .getByRole('table', { name: /query \d+/ })
    .locator('tbody tr')
    .first();
  const weight = await strongest.locator('td').last().innerText();
  await strongest.getByRole('button').click();
  await expect(mapLine(page)).toContainText(`weight ${weight}`);
});

test('everything can be done by keys', async ({ page }) => {
  await open(page);
  await page.keyboard.press('r');
  await expect(statusOf(page)).toHaveText(/running/);
  await page.keyboard.press('p');
  await expect(statusOf(page)).toHaveText(/paused/);
  const progress = page.locator('.run-progress p');
  const before = await progress.innerText();
  await page.keyboard.press('s');
  await expect(progress).not.toHaveText(before);

  // While text is still to come, the keys stay on what has been read.
  const map = page.getByRole('application', { name: 'Attention map' });
  await map.focus();
  await page.keyboard.press('ArrowUp');
  await expect(mapLine(page)).toHaveText(/query \d+/);
  await page.keyboard.press('Escape');
  await page.keyboard.press('p');
  await expect(verdictOf(page)).toHaveText('✓ found', { timeout: 90_000 });

  await page.keyboard.press(']');
  await expect(page.getByRole('button', { name: /layer 5, head 1/, pressed: true })).toBeVisible();
  await page.keyboard.press('a');
  await expect(page.getByRole('textbox', { name: 'Masked heads' })).toHaveValue('5.1');

  await page.getByLabel('Text of the prompt and the answer').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowRight');
  await expect(tokenAt(page, 1)).toHaveClass(/is-query/);
  await page.keyboard.press('Escape');
  await expect(page.locator('.is-query')).toHaveCount(0);

  await map.focus();
  await page.keyboard.press('ArrowUp');
  await expect(mapLine(page)).toHaveText(/query \d+/);
  for (let step = 0; step < 8; step++) await page.keyboard.press('+');
  await expect(map.locator('.map-axis.turned')).toHaveCount(1);

  // Keys mean nothing where a person types.
  await page.getByLabel('Needle', { exact: true }).fill('');
  await page.keyboard.type('rxpa');
  await expect(page.getByLabel('Needle', { exact: true })).toHaveValue('rxpa');
  await expect(page.getByRole('textbox', { name: 'Masked heads' })).toHaveValue('5.1');
});

for (const theme of ['light', 'dark']) {
  test(`no accessibility problem that a machine can find (${theme})`, async ({ page }) => {
    await open(page);
    await page.getByLabel('theme').selectOption(theme);
    const problems = async () => (await new AxeBuilder({ page }).analyze()).violations;
    expect(await problems()).toEqual([]);
    await run(page);
    await choosePreset(page, 'Window attention');
    for (const summary of await page.locator('main summary').all()) await summary.click();
    expect(await problems()).toEqual([]);
    await page.getByRole('button', { name: 'About Heads' }).click();
    expect(await problems()).toEqual([]);
  });
}

test('the address brings the same setup back', async ({ page }) => {
  await open(page);
  await page.getByLabel('Needle depth', { exact: true }).fill('25');
  await choosePreset(page, 'StreamingLLM');
  await page.getByLabel('Recent entries', { exact: true }).fill('200');
  await page.getByRole('combobox', { name: 'head', exact: true }).selectOption('3');
  await expect(page).toHaveURL(/cache\.recent%3D200.*head=3/);
  await page.reload();
  await expect(page.getByLabel('Needle depth', { exact: true })).toHaveValue('25');
  await expect(page.getByLabel('Recent entries', { exact: true })).toHaveValue('200');
  await expect(page.getByRole('combobox', { name: 'head', exact: true })).toHaveValue('3');
});

test('presets are found by what is typed, and picked by keys or by a click', async ({ page }) => {
  await open(page);
  const field = page.getByLabel('Preset');
  const list = page.getByRole('listbox', { name: 'Named strategies' });
  await expect(field).toHaveValue('Dense');
  await field.focus();
  await page.keyboard.press('ArrowDown');
  await expect(list.getByRole('option', { selected: true })).toContainText('Dense');
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations).toEqual([]);

  await page.keyboard.press('End');
  await page.keyboard.press('Home');
  await page.keyboard.press('Enter');
  await expect(list).toHaveCount(0);
  await expect(field).toHaveValue('Dense');

  // A letter typed into the closed field searches; Esc gives the name back.
  await page.keyboard.type('beltagy');
  await expect(list.getByRole('option')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(list).toHaveCount(0);
  await expect(field).toHaveValue('Dense');

  await field.click();
  await page.getByRole('option', { name: /Window attention/ }).click();
  await expect(field).toHaveValue('Window attention');
  await expect(page.getByText('Memory is constant, but')).toBeVisible();
  await page.getByText('Formula and paper').click();
  const paper = page.getByRole('region', { name: 'Strategy' }).getByRole('link').first();
  await expect(paper).toHaveText('Longformer: The Long-Document Transformer');

  await field.click();
  await page.getByRole('heading', { name: 'Needlescope', level: 1 }).click();
  await expect(list).toHaveCount(0);
  await page.getByLabel('Recent entries', { exact: true }).fill('64');
  await expect(field).toHaveValue('Custom');
});

test('own text is read, and a value out of range is refused beside its control', async ({
  page,
}) => {
  await open(page);
  const prompt = page.getByRole('region', { name: 'Prompt', exact: true });
  await prompt.getByLabel('Haystack').selectOption('own-text');
  await page.getByLabel('Text file').setInputFiles({
    name: 'tale.txt',
    mimeType: 'text/plain',
    buffer: Buffer.from('The river was wide. The bridge was old. '.repeat(40)),
  });
  await page.getByLabel('Read the whole text').check();
  await expect(tokenAt(page, 1)).toHaveText(/^T/);
  await page.getByLabel('Needle depth', { exact: true }).fill('101');
  await expect(prompt.getByText(/depth must be a number from 0 to 100/)).toBeVisible();
  const runButton = page.getByRole('button', { name: 'Run', exact: true });
  await expect(runButton).toBeDisabled();
  await expect(runButton).toHaveAccessibleDescription(/depth must be a number from 0 to 100/);
});

test('the main thread is never busy for more than 50 ms at a time during a run', async ({
  page,
  browser,
}) => {
  await open(page);
  await browser.startTracing(page, { categories: ['toplevel'] });
  await run(page);
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString());
  expect(longestTask(traceEvents)).toBeLessThan(50);
});

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  /** Microseconds of the thread's own time, so that a busy machine makes no task longer. */
  tdur?: number;
  args: { name?: string; chrome_mojo_event_info?: { mojo_interface_tag?: string } };
}

/** Milliseconds that a page's main thread worked at a stretch, what this test itself asked for excepted. */
function longestTask(events: TraceEvent[]): number {
  const threads = events.filter(
    ({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain',
  );
  const main = events.filter(({ pid, tid }) =>
    threads.some((thread) => thread.pid === pid && thread.tid === tid),
  );
  const questions = main.filter(({ args }) =>
    args.chrome_mojo_event_info?.mojo_interface_tag?.includes('DevTools'),
  );
  const tasks = main.filter(
    ({ name, pid, ts, dur = 0 }) =>
      name.endsWith('RunTask') &&
      !questions.some((other) => other.pid === pid && other.ts >= ts && other.ts <= ts + dur),
  );
  expect(tasks.length).toBeGreaterThan(100);
  return Math.max(...tasks.map(({ tdur = 0 }) => tdur / 1000));
}

test('a narrow screen shows everything in one column', async ({ page }) => {
  await page.setViewportSize({ width: 375, height: 800 });
  await open(page);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(375);
  await expect(page.getByRole('button', { name: 'Run', exact: true })).toBeInViewport();
});
