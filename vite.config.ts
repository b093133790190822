import react from '@vitejs/plugin-react';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';
import { browserLaunchOptions } from './e2e/tools/browser.mjs';
import { contentPolicy } from './e2e/tools/content-policy.mjs';
import { offlinePage } from './e2e/tools/offline-page.mjs';

export default defineConfig({
  // Relative addresses, so that the built page also works from a sub-folder of any static host.
  base: './',
  plugins: [react(), contentPolicy(), offlinePage()],
  worker: { format: 'es' },
  build: { target: 'chrome134', chunkSizeWarningLimit: 1200 },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          environment: 'node',
          include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'e2e/**/*.test.ts'],
          exclude: ['**/*.gpu.test.ts'],
        },
      },
      {
        extends: true,
        // Named here instead of found on the way: a find in the middle of the tests reloads their page.
        optimizeDeps: { noDiscovery: true, include: ['@huggingface/tokenizers'] },
        test: {
          name: 'gpu',
          include: ['src/**/*.gpu.test.ts'],
          // One software adapter on few cores: files side by side only slow each other down.
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: browserLaunchOptions() }),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
    ],
  },
});
