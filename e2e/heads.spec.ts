import { expect, type Page, test } from 'playwright/test';

const statusOf = (page: Page) => page.locator('.status-line [role=status]');
const verdictOf = (page: Page) => page.locator('.verdict');
const panel = (page: Page, name: string) => page.locator(`.panel.${name}`);

/** Opens a short prompt and answers it. */
async function answered(page: Page) {
  await page.goto('./#length=160&layer=5&head=1');
  await expect(statusOf(page)).toHaveText(/ready/, { timeout: 60_000 });
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await expect(verdictOf(page)).toHaveText('✓ found', { timeout: 60_000 });
}

test('heads by a score: a threshold, ablation, and pruning beside the run on screen', async ({
  page,
}) => {
  await answered(page);
  const heads = panel(page, 'heads');
  const cell = (name: RegExp) => heads.getByRole('button', { name });
  await expect(cell(/layer 5, head \d: retrieval score 0\.[1-9]/).first()).toBeVisible({
    timeout: 60_000,
  });

  await heads.getByLabel('colour by').selectOption('sink');
  await heads.getByLabel('Threshold ε', { exact: true }).fill('0');
  await expect(heads.locator('.sink-metric')).toContainText('100 %');
  await heads.getByLabel('Threshold ε', { exact: true }).fill('1');
  await expect(heads.locator('.sink-metric')).toContainText('0 of 36 heads');

  await heads.getByLabel('How many of the first heads').fill('2');
  await heads.getByRole('button', { name: 'Ablate top 2' }).click();
  await expect(cell(/ablated/)).toHaveCount(2);
  await heads.getByRole('button', { name: 'Restore all (2)' }).click();
  await expect(cell(/ablated/)).toHaveCount(0);

  await heads.getByLabel('colour by').selectOption('copy');
  await heads.getByRole('button', { name: 'Prune top 2 vs 2 random' }).click();
  await expect(heads.getByRole('button', { name: 'Stop' })).toBeVisible();
  const answers = heads.locator('.prune-table tbody tr');
  await expect(answers).toHaveCount(3);
  await expect(answers.filter({ hasText: /found/ })).toHaveCount(3, { timeout: 90_000 });
  // The baseline stayed, and can still be looked into.
  await expect(verdictOf(page)).toHaveText('✓ found');
  await page.locator('.token[data-position="60"]').hover();
  await expect(page.getByText(/^Heads at 60/)).toBeVisible();
});

test('sinks: a picked position, and a run without the first tokens', async ({ page }) => {
  await answered(page);
  const sinks = panel(page, 'sinks');
  await expect(sinks.locator('.mass-strip canvas')).toBeVisible({ timeout: 60_000 });
  await sinks.getByText('Table: positions with the largest mass').click();
  const strongest = sinks.getByRole('region', { name: 'Positions with the largest mass' });
  await strongest.getByRole('button', { name: '0', exact: true }).click();
  await expect(page.locator('.token[data-position="0"]')).toHaveClass(/is-key/);

  await sinks.getByRole('button', { name: 'Run without them' }).click();
  await expect(sinks.locator('.drop-outcome')).toContainText(/without.*found/s, {
    timeout: 60_000,
  });
  await page.getByLabel('shade').selectOption('kept');
  for (const [position, kind] of [
    [3, /evicted/],
    [60, /kept/],
  ] as const) {
    await expect(page.locator(`.token[data-position="${position}"]`)).toHaveClass(kind);
  }
  await sinks.getByRole('button', { name: 'Bring them back and run' }).click();
  await expect(page.locator('.drop-outcome')).toHaveCount(0);
  await expect(statusOf(page)).toHaveText(/ready/, { timeout: 60_000 });
});
