import { chromium, expect, type Page, test } from 'playwright/test';
import { browserLaunchOptions } from './tools/browser.mjs';

/** Every trouble is caused for real: by the files the page gets, the browser it runs in, or the GPU. */

const banner = (page: Page) => page.getByRole('alert');
const ready = (page: Page) =>
  page.waitForFunction(() => window.needlescope?.ready, null, { timeout: 60_000 });

/** Serves the embedded model's config.json with some fields changed. */
async function changeConfig(page: Page, changes: Record<string, unknown>): Promise<void> {
  await page.route('**/needle-2m/config.json', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ json: { ...(await response.json()), ...changes } });
  });
}

test('no WebGPU: says which browsers have it', async ({ baseURL }) => {
  const options = browserLaunchOptions();
  const browser = await chromium.launch({
    ...options,
    args: [
      ...(options.args ?? []).filter((arg) => !arg.includes('webgpu')),
      '--disable-features=WebGPU',
    ],
  });
  const page = await browser.newPage();
  await page.goto(baseURL ?? '');
  await expect(banner(page)).toContainText('WebGPU');
  await expect(banner(page).getByRole('button', { name: 'Try again' })).toBeVisible();
  await browser.close();
});

test('adapter too small: says what the model needs and what is there', async ({ page }) => {
  await changeConfig(page, { vocab_size: 4_000_000 });
  await page.goto('./');
  await expect(banner(page)).toContainText('needs one buffer of');
  await expect(banner(page)).toContainText('this adapter allows');
});

test('a missing model file: names it', async ({ page }) => {
  await page.route('**/model.safetensors*', (route) => route.fulfill({ status: 404 }));
  await page.goto('./');
  await expect(banner(page)).toContainText('model.safetensors');
});

test('a truncated model file: says how many bytes were expected and found', async ({ page }) => {
  await page.route('**/needle-2m/model.safetensors', async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    await route.fulfill({ body: body.subarray(0, 1_000_000) });
  });
  await page.goto('./');
  await expect(banner(page)).toContainText('model.safetensors');
  await expect(banner(page)).toContainText(/expected/i);
});

test('another architecture: names the field, and tries again when it is mended', async ({
  page,
}) => {
  await changeConfig(page, { model_type: 'mamba' });
  await page.goto('./');
  await expect(banner(page)).toContainText('model_type');
  await expect(banner(page)).toContainText('mamba');
});

test('a prompt longer than the context: offers what goes on, and that works', async ({ page }) => {
  // A context of 300 stands for the 16,384 of the real one, to keep the run short.
  await changeConfig(page, { max_position_embeddings: 300 });
  await page.goto('./#length=400&maxTokens=4');
  await ready(page);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(banner(page)).toContainText("100 more than the model's context of 300");
  await expect(banner(page).getByRole('button', { name: 'Cut to 300 tokens' })).toBeVisible();
  await banner(page).getByRole('button', { name: 'Use StreamingLLM' }).click();
  await expect(banner(page)).toHaveCount(0);
  const result = await page.evaluate(() =>
    window.needlescope?.run({ strategy: 'streaming-llm', length: 400, maxTokens: 4 }),
  );
  expect(result?.promptTokens).toBe(400);
});

test('out of memory: says what could not be allocated, and the page goes on', async ({ page }) => {
  await changeConfig(page, { max_position_embeddings: 200_000 });
  await page.goto('./#length=131072&maxTokens=4');
  await ready(page);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(banner(page)).toContainText('graphics memory is full', { timeout: 60_000 });
  await expect(banner(page).getByRole('button', { name: 'Try again' })).toBeVisible();
  const result = await page.evaluate(() => window.needlescope?.run({ length: 64, maxTokens: 2 }));
  expect(result?.promptTokens).toBe(64);
});

test('a device lost in the middle of a run: replays to the same token', async ({
  page,
  context,
}) => {
  await page.goto('./#length=256');
  await ready(page);
  const undisturbed = await page.evaluate(() =>
    window.needlescope?.run({ length: 256, maxTokens: 24 }),
  );
  const running = page.evaluate(() => window.needlescope?.run({ length: 256, maxTokens: 24 }));
  await page.waitForTimeout(500);
  // Ends the browser's GPU process, as a crashing driver would.
  const crash = await context.newPage();
  await crash.goto('chrome://gpucrash').catch(() => {});
  await crash.close();
  const result = await running;
  expect(result?.generated).toEqual(undisturbed?.generated);
  await expect(page.getByRole('status').filter({ hasText: 'restarted' })).toContainText('replayed');
});
