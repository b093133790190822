import { createServer } from 'node:net';
import { defineConfig } from 'playwright/test';
import { browserLaunchOptions } from './e2e/tools/browser.mjs';

// Workers read this file again; through the environment they find the port that was chosen first.
process.env.NEEDLESCOPE_PORT ??= String(await freePort());
const url = `http://localhost:${process.env.NEEDLESCOPE_PORT}/`;

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  // All tests share one software adapter; side by side they would only slow each other down.
  workers: 1,
  timeout: 180_000,
  // What a panel shows is computed by a software adapter, which takes seconds on a busy machine.
  expect: { timeout: 15_000 },
  // Tests that change what the page gets must not be answered from what it kept.
  use: { baseURL: url, launchOptions: browserLaunchOptions(), serviceWorkers: 'block' },
  webServer: { command: 'node e2e/tools/serve.mjs', url, reuseExistingServer: false },
});

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
