import AxeBuilder from '@axe-core/playwright';
import { expect, test } from 'playwright/test';

test('two strategies side by side: answers, divergence by token, kept positions', async ({
  page,
}) => {
  await page.goto('./#length=256');
  const status = page.locator('.status-line [role=status]');
  await expect(status).toHaveText(/ready/, { timeout: 60_000 });
  const panel = page.locator('.panel.compare');
  await expect(panel).toHaveCount(0);

  // Full attention runs first, then the cache that only streams, beside it.
  const controls = page.getByRole('region', { name: 'Run', exact: true });
  await controls.getByRole('button', { name: 'Compare' }).click();
  await expect(panel.getByRole('status')).toHaveText('Compared.', { timeout: 90_000 });
  const runs = panel.getByRole('table', { name: 'The same prompt under two strategies' });
  await expect(runs.getByRole('columnheader')).toHaveText(['A Dense', 'B StreamingLLM']);
  await expect(runs.getByRole('row', { name: /cache held/ })).toContainText('100 % of keeping all');
  await expect(runs.getByRole('row', { name: /first difference/ })).toContainText(/\d+: “.*” in A/);

  // At the first different token B finds another one most likely.
  await panel.getByText('Table: KL by token').click();
  const steps = panel.getByRole('region', { name: 'KL by token' }).locator('tbody tr');
  const parted = await runs.getByRole('row', { name: /first difference/ }).innerText();
  const first = steps.nth(Number(/\d+/.exec(parted)?.[0]) - 1);
  await expect(first).toContainText('≠');
  await first.getByRole('button').click();
  await expect(page).toHaveURL(/query=2\d\d/);

  // Everything of the needle is gone from B.
  await expect(panel.getByText('needle: A kept 100 %, B 0 %')).toBeVisible();
  const strip = panel.getByRole('slider');
  await strip.press('Home');
  await expect(strip).toHaveAttribute('aria-valuetext', /position 0 .* kept by both/);
  for (const key of ['End', 'PageDown', 'PageDown']) await strip.press(key);
  await expect(strip).toHaveAttribute('aria-valuetext', /position 127 .* kept by only A/);
  for (const summary of await panel.locator('summary').all()) {
    if ((await summary.innerText()) !== 'Table: KL by token') await summary.click();
  }
  const { violations } = await new AxeBuilder({ page }).include('.panel.compare').analyze();
  expect(violations).toEqual([]);

  await panel.getByRole('button', { name: 'B − A' }).click();
  await expect(page.locator('.panel.heatmap .read-out')).toContainText(/B − A/);

  await expect(page).toHaveURL(/with=streaming-llm/);
  await panel.getByLabel('Strategy B').fill('window');
  await panel.getByLabel('Strategy B').press('Enter');
  await expect(panel.getByRole('status')).toContainText('Changed since this comparison');
  await panel.getByRole('button', { name: 'Close' }).click();
  await expect(panel).toHaveCount(0);
});
