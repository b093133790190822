// Installs what a fresh clone lacks: the packages of package-lock.json, and a browser.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, runProgram, runTool } from './process.mjs';

const OLDEST_NODE = [20, 19];
/** Holds the hash of the package-lock.json that the packages were installed from. */
const STAMP = join(ROOT, 'node_modules/.installed-from');

/** Installs node_modules unless they are there and up to date. */
export async function ensureInstalled({ quiet = false } = {}) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    throw new Error(
      `Needlescope needs Node ${OLDEST_NODE.join('.')} or newer, this is ${process.version}.`,
    );
  }
  const lock = createHash('sha256').update(readFileSync(join(ROOT, 'package-lock.json')));
  const wanted = lock.digest('hex');
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === wanted) return;
  console.error('Installing packages …');
  // Called from `npm run --silent` it would not even say why it failed.
  const env = { npm_config_loglevel: 'error' };
  // The npm that started this, where one did: on Windows the name alone is no program.
  const npm = process.env.npm_execpath;
  if (npm?.endsWith('npm-cli.js')) await runProgram(process.execPath, [npm, 'ci'], { quiet, env });
  else await runProgram('npm', ['ci'], { quiet, env });
  writeFileSync(STAMP, wanted);
}

/**
 * Makes sure that there is a browser that starts: an installed one, else Playwright's own, else the system's
 * package where that can be installed.
 */
export async function ensureBrowser({ quiet = false } = {}) {
  const { findBrowser } = await import('./browser.mjs');
  if (findBrowser() && !(await startFailure())) return;

  console.error('Installing Chromium …');
  const problems = [];
  const canInstallPackages = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  const noQuestions = { quiet, env: { DEBIAN_FRONTEND: 'noninteractive' } };
  const ways = [
    // The libraries that the browser needs come from the system's packages, which takes root.
    () =>
      runTool(
        'playwright/cli.js',
        ['install', ...(canInstallPackages ? ['--with-deps'] : []), 'chromium'],
        noQuestions,
      ),
  ];
  if (canInstallPackages) {
    ways.push(async () => {
      await runProgram('apt-get', ['update'], noQuestions);
      await runProgram('apt-get', ['install', '-y', 'chromium'], noQuestions);
    });
  }
  for (const install of ways) {
    const problem = await install().then(startFailure, (error) => error);
    if (!problem) return;
    problems.push(problem.message);
  }
  throw new Error(
    `There is no browser that starts.\n${problems.join('\n')}\n` +
      'Install Chrome or Chromium, or name one in the variable NEEDLESCOPE_BROWSER.',
  );
}

/** Why the browser does not start, or null where it does. */
async function startFailure() {
  const { chromium } = await import('playwright');
  const { browserLaunchOptions } = await import('./browser.mjs');
  try {
    const browser = await chromium.launch(browserLaunchOptions());
    await browser.close();
    return null;
  } catch (error) {
    return error;
  }
}
