// Which browser the tests and the headless runner start, and with which switches.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright';

const INSTALLED = [
  process.env.NEEDLESCOPE_BROWSER,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** The path of a Chrome or Chromium on this machine, or null: an installed one first, else Playwright's own. */
export function findBrowser() {
  const found = INSTALLED.find((path) => path && existsSync(path));
  if (found) return found;
  const bundled = chromium.executablePath();
  return existsSync(bundled) ? bundled : null;
}

/**
 * Launch options for Playwright.
 * @param {{ adapter?: 'software' | 'gpu' }} [options] 'software' (the default) runs WebGPU on SwiftShader,
 *   which every machine has and which computes the same everywhere; 'gpu' leaves the choice to the browser.
 */
export function browserLaunchOptions({ adapter = 'software' } = {}) {
  const executablePath = findBrowser();
  return {
    ...(executablePath ? { executablePath } : {}),
    args: [
      '--no-sandbox',
      '--enable-unsafe-webgpu',
      ...(adapter === 'software'
        ? ['--use-webgpu-adapter=swiftshader']
        : ['--enable-features=Vulkan']),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  };
}
