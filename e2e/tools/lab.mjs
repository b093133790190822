// `npm run lab -- <command> …`: runs the built page in headless Chromium and prints what it computed.
import { register as registerHooks } from 'node:module';
import { ensureBuilt } from './build.mjs';
import { ensureBrowser, ensureInstalled } from './install.mjs';

try {
  await ensureInstalled({ quiet: true });
  const { findBrowser } = await import('./browser.mjs');
  if (!findBrowser()) await ensureBrowser({ quiet: true });
  const { register } = await import('tsx/esm/api');
  register();
  registerHooks('./shader-hooks.mjs', import.meta.url);
  const { main } = await import('./lab/main.ts');
  // Built only when a command is right: main calls this after it has read its arguments.
  process.exitCode = await main(process.argv.slice(2), () => ensureBuilt({ quiet: true }));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
