import { chromium, expect, type Page, test } from 'playwright/test';
import { browserLaunchOptions } from './tools/browser.mjs';

/** Every trouble is caused for real: by the files the page gets, the browser it runs in, or the GPU. */

const banner = (page: Page) => page.getByRole('alert');
const ready = (page: Page) =>
  page.waitForFunction(() => window.needlescope?.ready, null, { timeout: 60_000 });

/** Serves the embedded model's config.json with some fields changed. */
async function changeConfig(page: Page, changes: Record<string, unknown>): Promise<void> {
  await page.route('**/needle-2.4m/config.json', async (route) => {
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

test('adapter too small: says what the run needs and what is there, and offers what fits', async ({
  page,
}) => {
  // An adapter that binds 4 MiB at most: weights come in parts, a long run does not fit.
  await page.route('**/engine.worker-*.js', async (route) => {
    const response = await route.fetch();
    const small = `
      for (const name of ['maxBufferSize', 'maxStorageBufferBindingSize']) {
        Object.defineProperty(GPUSupportedLimits.prototype, name, { get: () => 2 ** 22 });
      }`;
    await route.fulfill({ response, body: small + (await response.text()) });
  });
  await page.goto('./#length=8192&maxTokens=1');
  await ready(page);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(banner(page)).toContainText('in one buffer, this adapter allows 4.0 MiB');
  await banner(page)
    .getByRole('button', { name: /^Use \d+ tokens$/ })
    .click();
  await expect(banner(page)).toHaveCount(0);
});

test('a missing model file: names it, and loads it when it is back', async ({ page }) => {
  await page.route('**/model.safetensors*', (route) => route.fulfill({ status: 404 }));
  await page.goto('./');
  await expect(banner(page)).toContainText('model.safetensors');
  await page.unroute('**/model.safetensors*');
  await banner(page).getByRole('button', { name: 'Load again' }).click();
  await expect(page.locator('.status-line [role=status]')).toHaveText(/ready/, { timeout: 60_000 });
  await expect(banner(page)).toHaveCount(0);
});

test('a truncated model file: says how many bytes were expected and found', async ({ page }) => {
  await page.route('**/needle-2.4m/model.safetensors', async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    await route.fulfill({ body: body.subarray(0, 1_000_000) });
  });
  await page.goto('./');
  await expect(banner(page)).toContainText('model.safetensors');
  await expect(banner(page)).toContainText(/expected/i);
});

test('another architecture: names the field', async ({ page }) => {
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
  // The first inspection store asks for more than the software GPU can allocate, and its refusal is real.
  await page.route('**/engine.worker-*.js', async (route) => {
    const response = await route.fetch();
    const hog = `
      const createBuffer = GPUDevice.prototype.createBuffer;
      let hogged = false;
      GPUDevice.prototype.createBuffer = function (descriptor) {
        const hog = !hogged && descriptor.label?.includes('inspected queries');
        hogged ||= hog;
        return createBuffer.call(this, hog ? { ...descriptor, size: 2 ** 30 } : descriptor);
      };`;
    await route.fulfill({ response, body: hog + (await response.text()) });
  });
  await page.goto('./#length=64&maxTokens=2');
  await ready(page);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(banner(page)).toContainText('The graphics memory is full');
  await banner(page).getByRole('button', { name: 'Try again' }).click();
  await expect(banner(page)).toHaveCount(0);
  await expect(page.locator('.verdict')).toContainText('found', { timeout: 30_000 });
});

test('a device lost in the middle of a run: replays to the same token', async ({
  page,
  browser,
}) => {
  await page.goto('./#length=256');
  await ready(page);
  const run = () => page.evaluate(() => window.needlescope?.run({ length: 256, maxTokens: 24 }));
  const undisturbed = await run();
  const running = run();
  await page.waitForTimeout(1500);
  // Ends the browser's GPU process, as a crashing driver would.
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const gpu = processInfo.find(({ type }) => type === 'GPU');
  if (!gpu) throw new Error('The browser has no GPU process.');
  process.kill(gpu.id, 'SIGKILL');
  await expect(page.getByRole('status').filter({ hasText: 'lost' })).toBeVisible();
  const result = await running;
  expect(result?.generated).toEqual(undisturbed?.generated);
  await expect(page.getByRole('status').filter({ hasText: 'restarted' })).toContainText('replayed');
});
