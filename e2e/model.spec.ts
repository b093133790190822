import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from 'playwright/test';
import { type Hub, startHub } from './tools/hub-server.mjs';

const EMBEDDED = join(import.meta.dirname, '../public/models/needle-2.4m');
const FILES = ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'model.safetensors'];
const bytesOf = (name: string) => new Uint8Array(readFileSync(join(EMBEDDED, name)));

const drawer = (page: Page) => page.getByRole('dialog', { name: 'Model', exact: true });
const modelButton = (page: Page) => page.getByRole('button', { name: /^model / });
const ready = (page: Page) =>
  page.waitForFunction(() => window.needlescope?.ready(), null, { timeout: 60_000 });

/** A chat as the embedded model would never write it: what counts is where it stands. */
const TEMPLATE =
  '{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m.content }} [end]\n{% endfor %}[answer]';

let hub: Hub;
test.beforeAll(async () => {
  const files = Object.fromEntries(FILES.map((name) => [name, bytesOf(name)]));
  const template = new TextEncoder().encode(TEMPLATE);
  hub = await startHub({
    'owner/tiny': { files },
    'owner/chat': { files: { ...files, 'chat_template.jinja': template } },
  });
});
test.afterAll(() => hub.close());
test.beforeEach(async ({ page }) => {
  Object.assign(hub, { down: false, cutAfter: null, slowly: null, ranges: true, requests: [] });
  await page.addInitScript((url) => localStorage.setItem('needlescope.hub', url), hub.url);
});

async function chooseOnHub(page: Page) {
  await modelButton(page).click();
  await drawer(page).getByLabel('From the Hugging Face hub').fill('owner/tiny');
  await drawer(page).getByLabel('From the Hugging Face hub').press('Enter');
  await expect(drawer(page).getByRole('table')).toContainText('f32');
}
const sentWeights = () =>
  hub.requests.filter(({ method, path }) => method === 'GET' && path.includes('/cdn/'));

test('from the hub: cut in the middle, reloaded, resumed, deleted', async ({ page }) => {
  await page.goto('./');
  await ready(page);
  await chooseOnHub(page);
  // The connection breaks off after 1.5 MB of 4 MB and does not come back.
  hub.requests.length = 0;
  hub.cutAfter = 1_500_000;
  hub.slowly = 50_000;
  await drawer(page).getByRole('button', { name: 'Load', exact: true }).click();
  await expect(drawer(page).getByText(/fetching model.safetensors/)).toBeVisible();
  await expect.poll(() => sentWeights().length).toBeGreaterThan(0);
  await expect(drawer(page).getByText(/ MB of 4.78 MB/)).toBeVisible();
  hub.down = true;
  await expect(drawer(page).getByRole('alert')).toContainText('broke after', { timeout: 30_000 });
  await expect(drawer(page)).toContainText('needle-2.4m is loaded');

  Object.assign(hub, { down: false, cutAfter: null, slowly: null, requests: [] });
  await page.reload();
  await ready(page);
  await modelButton(page).click();
  await expect(drawer(page).getByText(/ of 4.\d+ MB so far/)).toBeVisible();
  await drawer(page).getByRole('button', { name: 'Go on with owner/tiny' }).click();
  await expect(drawer(page).getByRole('table')).toContainText('f32');
  hub.requests.length = 0;
  await drawer(page).getByRole('button', { name: 'Load', exact: true }).click();
  await expect(drawer(page)).toContainText('owner/tiny is loaded', { timeout: 60_000 });
  expect(sentWeights().map(({ range }) => range)).toEqual([expect.stringMatching(/^bytes=[1-9]/)]);
  expect(new URL(page.url()).searchParams.get('model')).toBe('hub:owner/tiny');

  await drawer(page).getByRole('button', { name: 'Delete owner/tiny' }).click();
  await expect(drawer(page)).toContainText('No model yet');
});

test.describe('without a connection', () => {
  test.use({ serviceWorkers: 'allow' });

  test('the page and a kept model come back', async ({ page, context }) => {
    await page.goto('./?model=hub:owner/tiny');
    await ready(page);
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => null));
    await context.setOffline(true);
    hub.down = true;
    await page.reload();
    await expect(page.locator('.realised')).toContainText('512 tokens', { timeout: 60_000 });
    await expect(modelButton(page)).toContainText('owner/tiny');
    await modelButton(page).click();
    await drawer(page).getByRole('button', { name: 'Choose owner/tiny' }).click();
    await expect(drawer(page).getByRole('table')).toContainText('f32');
  });
});

test('a load is cancelled at once, and the model before stays', async ({ page }) => {
  await page.goto('./');
  await ready(page);
  await chooseOnHub(page);
  hub.slowly = 20_000;
  await drawer(page).getByRole('button', { name: 'Load', exact: true }).click();
  await expect(drawer(page).getByText(/fetching model.safetensors/)).toBeVisible();
  await drawer(page).getByRole('button', { name: 'Cancel' }).click();
  await expect(drawer(page).getByRole('button', { name: 'Load', exact: true })).toBeVisible({
    timeout: 1000,
  });
  await expect(drawer(page)).toContainText('needle-2.4m is loaded');
  await expect(drawer(page).getByRole('alert')).toHaveCount(0);
});

/** Drops files on the page as a file manager would. */
async function drop(page: Page, files: { name: string; bytes: Uint8Array }[]) {
  const data = files.map(({ name, bytes }) => ({
    name,
    text: Buffer.from(bytes).toString('base64'),
  }));
  const transfer = await page.evaluateHandle((given) => {
    const made = new DataTransfer();
    for (const { name, text } of given) {
      made.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));
    }
    return made;
  }, data);
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}

test('damaged files dropped on the page say what is wrong and leave the model', async ({
  page,
}) => {
  await page.goto('./#length=64&maxTokens=2');
  await ready(page);
  const good = FILES.map((name) => ({ name, bytes: bytesOf(name) }));
  const withWeights = (bytes: Uint8Array) =>
    good.map((file) => (file.name === 'model.safetensors' ? { ...file, bytes } : file));
  const weights = bytesOf('model.safetensors');
  const alert = drawer(page).getByRole('alert');

  await drop(page, withWeights(weights.subarray(0, 1_000_000)));
  await expect(alert).toContainText('expected');
  const overlong = weights.slice();
  overlong.set([255, 255, 255, 255, 255, 255, 255, 127]);
  await drop(page, withWeights(overlong));
  await expect(alert).toContainText('header length');
  await drop(page, [good[3]]);
  await expect(alert).toContainText('config.json');
  await drop(page, [{ name: 'notes.txt', bytes: new Uint8Array(3) }]);
  await expect(alert).toContainText('no model');

  await page.keyboard.press('Escape');
  const result = await page.evaluate(() => window.needlescope?.run({ length: 64, maxTokens: 2 }));
  expect(result?.generated).toHaveLength(2);
});

test('a folder of this machine is read where it is', async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), 'my-model-'));
  for (const name of FILES) writeFileSync(join(folder, name), bytesOf(name));
  await page.goto('./');
  await ready(page);
  await modelButton(page).click();
  await drawer(page).getByLabel('Folder of a model').setInputFiles(folder);
  await drawer(page).getByRole('button', { name: 'Load', exact: true }).click();
  await expect(drawer(page)).toContainText('files of this machine', { timeout: 60_000 });
  expect(new URL(page.url()).searchParams.get('model')).toBeNull();
});

test('a prompt goes through the chat template, which is shown', async ({ page }) => {
  await page.goto('./?model=hub:owner/chat#chat=1&length=96&maxTokens=2');
  await expect(page.getByLabel('use chat template')).toBeChecked({ timeout: 60_000 });
  await page.getByText('Rendered prompt').click();
  await expect(page.locator('.rendered')).toHaveText(
    '<|bos|>[user] … text, needle and question … [end]\n[answer]',
  );
  await expect(page.locator('.realised')).toContainText('The prompt has 96 tokens');
  await page.getByLabel('use chat template').uncheck();
  await expect(page.locator('.rendered')).toHaveCount(0);
});

test('the command line loads a model of the hub', async () => {
  const env = { ...process.env, HF_ENDPOINT: hub.url };
  const words = ['logits', '--model', 'hub:owner/tiny', '--ids', '0,1431', '--top', '3', '--json'];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['e2e/tools/lab.mjs', ...words, '--adapter', 'software'],
    { env },
  );
  expect(JSON.parse(stdout).top).toHaveLength(3);
});

test('the drawer tells how the model learned, and has another one to compare with', async ({
  page,
}) => {
  await page.goto('./');
  await ready(page);
  await modelButton(page).click();
  await drawer(page).getByText('How it learned, in 20M tokens').click();
  const needles = drawer(page).getByRole('region', { name: 'Held needles' });
  await expect(needles).toContainText('256 tokens 1');
  await drawer(page).getByRole('slider').fill('0');
  await expect(needles).toContainText('256 tokens –');

  await drawer(page).getByRole('button', { name: 'Choose Needle 2.4M plain' }).click();
  await drawer(page).getByRole('button', { name: 'Load', exact: true }).click();
  await expect(drawer(page)).toContainText('needle-2.4m-plain is loaded');
  await expect(drawer(page).getByText('How it learned, in 24M tokens')).toBeVisible();
  await expect(page).toHaveURL(/model=.*needle-2.4m-plain/);
});

test('the drawer is accessible in both themes', async ({ page }) => {
  await page.goto('./');
  await ready(page);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await modelButton(page).click();
    await expect(drawer(page).getByText('SmolLM2 360M')).toBeVisible();
    await drawer(page).getByText('How it learned').click();
    await expect(drawer(page).locator('.training-chart svg').first()).toBeVisible();
    const found = await new AxeBuilder({ page }).include('.model-drawer').analyze();
    expect(found.violations).toEqual([]);
    await page.keyboard.press('Escape');
  }
});
