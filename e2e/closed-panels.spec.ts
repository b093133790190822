import { expect, type Page, test, type Worker } from 'playwright/test';

const status = (page: Page) => page.locator('.status-line [role=status]');
const folds = (page: Page, expanded: boolean) =>
  page.locator(`.panel > * button[aria-expanded="${expanded}"]`);

/** Counts what the engine asks the GPU to do; gives the number since the last call. */
async function countDispatches(page: Page): Promise<() => Promise<number>> {
  const engine: Worker = page.workers()[0];
  await engine.evaluate(() => {
    const passes = GPUComputePassEncoder.prototype;
    const dispatch = passes.dispatchWorkgroups;
    Object.assign(globalThis, { dispatches: 0 });
    passes.dispatchWorkgroups = function (this: GPUComputePassEncoder, ...size) {
      (globalThis as unknown as { dispatches: number }).dispatches++;
      return dispatch.apply(this, size);
    };
  });
  return () =>
    engine.evaluate(() => {
      const counter = globalThis as unknown as { dispatches: number };
      const count = counter.dispatches;
      counter.dispatches = 0;
      return count;
    });
}

async function run(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(page.locator('.run-progress p')).toHaveText(/^Done/, { timeout: 60_000 });
  await expect(status(page)).toHaveText(/ready/);
  // Looking begins a moment after the end of a run, where anything looks.
  await page.waitForTimeout(1500);
}

test('folded panels cost the GPU nothing: a run dispatches what the engine alone does', async ({
  page,
}) => {
  // Shorter than the smallest chunk, so that the number of submissions is always the same.
  const setup = { haystack: 'stories', length: 40, maxTokens: 8, needle: '', question: '' };
  await page.goto(
    `./#${new URLSearchParams(Object.entries(setup).map(([k, v]) => [k, String(v)]))}`,
  );
  await expect(status(page)).toHaveText(/ready/, { timeout: 60_000 });
  while ((await folds(page, true).count()) > 0) await folds(page, true).first().click();
  const dispatches = await countDispatches(page);

  await run(page);
  const folded = await dispatches();
  await folds(page, false).last().click();
  await folds(page, false).first().click();
  await run(page);
  const open = await dispatches();

  await page.evaluate((options) => window.needlescope?.run({ ...options, dump: ['kept'] }), setup);
  const alone = await dispatches();
  expect(alone).toBeGreaterThan(100);
  expect(folded).toBe(alone);
  expect(open).toBeGreaterThan(alone);
});
