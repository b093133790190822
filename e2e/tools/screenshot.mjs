// Takes the README's picture from the running page: `node e2e/tools/screenshot.mjs`.
import { join } from 'node:path';
import { chromium } from 'playwright';
import { browserLaunchOptions } from './browser.mjs';
import { ensureBuilt } from './build.mjs';
import { ROOT } from './process.mjs';
import { serve } from './server.mjs';

await ensureBuilt();
const server = await serve({ port: 0 });
const browser = await chromium.launch(browserLaunchOptions());
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(`http://localhost:${server.address().port}/#layer=5&head=1&query=523`);
  const status = page.locator('.status-line [role=status]');
  await status.filter({ hasText: 'ready' }).waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.locator('.verdict', { hasText: 'found' }).waitFor({ timeout: 120_000 });
  await status.filter({ hasText: 'ready' }).waitFor();
  // The scores of heads come a moment after the run, then the map's last tile.
  await page
    .getByRole('button', { name: /retrieval score 0\.\d/ })
    .first()
    .waitFor();
  await page.waitForTimeout(3000);
  await page.screenshot({ path: join(ROOT, 'public/screenshot.png') });
} finally {
  await browser.close();
  server.close();
}
