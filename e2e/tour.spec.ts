import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from 'playwright/test';

const card = (page: Page) => page.getByRole('region', { name: 'Tour', exact: true });
const offer = (page: Page) => page.getByRole('region', { name: 'Tour offer' });

async function ready(page: Page, address: string) {
  await page.goto(address);
  await expect(page.locator('.status-line [role=status]')).toHaveText(/ready/, { timeout: 60_000 });
}

test('the tour is offered once, and shows what this model does', async ({ page }) => {
  await ready(page, './');
  await offer(page).getByRole('button', { name: 'No, thanks' }).click();
  await expect(offer(page)).toHaveCount(0);
  await page.evaluate(() => {
    location.hash = '';
  });
  await ready(page, './?again#length=256');
  await expect(offer(page)).toHaveCount(0);

  await page.keyboard.press('?');
  await page.getByRole('button', { name: 'Take the tour' }).click();
  const next = card(page).getByRole('button', { name: 'Next' });
  await expect(card(page)).toContainText('This is a sink');
  await expect(next).toBeEnabled({ timeout: 60_000 });
  await expect(card(page)).toContainText(/Head \d\.\d gives \d+ %/);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await next.click();
  await expect(card(page)).toContainText(/head \d\.\d gave \d+ %/);
  await next.click();
  await expect(card(page)).toContainText('128 entries of each head', { timeout: 60_000 });
  await expect(card(page)).toContainText('was gone before the question came');
  await expect(page.getByLabel('Preset').first()).toHaveValue('StreamingLLM');
  await next.click();
  await expect(card(page)).toContainText('The answer is back', { timeout: 60_000 });
  await card(page).getByRole('button', { name: 'Done' }).click();
  await expect(card(page)).toHaveCount(0);
});
