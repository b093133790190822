import { readFileSync } from 'node:fs';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Locator, type Page, test } from 'playwright/test';

async function open(page: Page): Promise<Locator> {
  await page.goto('./');
  await expect(page.locator('.status-line [role=status]')).toHaveText(/ready/, { timeout: 60_000 });
  return page.getByRole('region', { name: 'Needle lab' });
}

/** What the cells say, row by row; an empty text: not run yet. */
const cellsOf = (lab: Locator) =>
  lab.getByRole('table', { name: 'Dense: depth by length' }).locator('tbody button');

test('a sweep that was stopped goes on after a reload, without losing a cell', async ({ page }) => {
  let lab = await open(page);
  await lab.getByLabel('Lengths').fill('64, 9x');
  await expect(lab.getByText(/must be numbers with commas between, found "9x"/)).toBeVisible();
  await expect(lab.getByRole('button', { name: 'Start the sweep' })).toBeDisabled();
  await lab.getByLabel('Lengths').fill('64, 96');
  await lab.getByLabel('Depths').fill('0, 100');
  for (const title of ['StreamingLLM', 'SnapKV']) {
    await lab.getByRole('button', { name: `Remove ${title}` }).click();
  }
  await lab.getByText('Samples and seed').click();
  await lab.getByLabel('Samples', { exact: true }).fill('1');
  await expect(
    lab.getByText('4 runs (2 lengths × 2 depths × 1 strategy × 1 sample)'),
  ).toBeVisible();

  await lab.getByRole('button', { name: 'Start the sweep' }).click();
  await expect(cellsOf(lab).filter({ hasText: /\d/ }).first()).toBeVisible({ timeout: 60_000 });
  await lab.getByRole('button', { name: 'Stop' }).click();
  await expect(lab.getByRole('button', { name: 'Start the sweep' })).toBeVisible();
  const before = await cellsOf(lab).allInnerTexts();
  expect(before).toContain('');

  await page.reload();
  lab = await open(page);
  await expect(lab.getByText(/A sweep stopped after [1-3] of 4 runs/)).toBeVisible();
  await lab.getByRole('button', { name: 'Go on' }).click();
  await expect(lab.getByRole('button', { name: 'Stop' })).toBeHidden({ timeout: 90_000 });
  await expect(cellsOf(lab)).toHaveText([/^\d+$/, /^\d+$/, /^\d+$/, /^\d+$/], { timeout: 90_000 });
  const after = await cellsOf(lab).allInnerTexts();
  for (const [index, text] of before.entries()) if (text !== '') expect(after[index]).toBe(text);
  await expect(lab.getByRole('button', { name: /^Resume/ })).toHaveCount(0);

  const { violations } = await new AxeBuilder({ page }).include('.needle-lab').analyze();
  expect(violations).toEqual([]);

  // Arrow keys move over the cells; Enter opens the cell's prompt in the page.
  await cellsOf(lab).first().focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowRight');
  await expect(lab.locator('.read-out')).toContainText('96 tokens, depth 100 %');
  await page.keyboard.press('Enter');
  await expect(page.getByText('The prompt has 96 tokens')).toBeVisible();
  await expect(lab.getByRole('table').getByRole('button', { name: 'Open 1' })).toBeVisible();

  await lab.getByRole('button', { name: 'Export Needle lab' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    lab.getByRole('button', { name: 'Numbers, CSV' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('needlescope_needle-2.4m_dense_needle-lab.csv');
  const lines = readFileSync(await download.path(), 'utf8')
    .trim()
    .split('\r\n');
  expect(lines).toHaveLength(5);
  expect(lines[0]).toMatch(/^strategy,length,depth,planned,done,correct,accuracy/);
});
