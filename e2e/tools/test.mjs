// `npm test`: installs what is missing, a browser included, and runs everything there is to check.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { ensureBrowser, ensureInstalled } from './install.mjs';
import { runTool } from './process.mjs';

/** What a runner counted. */
const counts = { passed: 0, failed: 0 };
const reports = mkdtempSync(join(tmpdir(), 'needlescope-test-'));

/** Runs one part; a part that fails without a failed test in its report counts as one failure. */
async function part(title, run, readReport) {
  console.error(`\n── ${title} ──`);
  const problem = await run().then(
    () => null,
    (error) => error,
  );
  let failed = 0;
  if (readReport) {
    try {
      const report = readReport();
      counts.passed += report.passed;
      failed = report.failed;
    } catch (error) {
      console.error(`${title} left no report: ${error.message}`);
      failed = 1;
    }
  }
  if (problem) {
    console.error(problem.message);
    failed = Math.max(failed, 1);
  }
  counts.failed += failed;
}

function vitest(project, options) {
  const file = join(reports, `${project}.json`);
  return part(
    `Tests: ${project}`,
    () =>
      runTool(
        'vitest/vitest.mjs',
        [
          'run',
          `--project=${project}`,
          '--reporter=default',
          '--reporter=json',
          `--outputFile.json=${file}`,
        ],
        options,
      ),
    () => {
      const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(file, 'utf8'));
      return { passed: numPassedTests, failed: numFailedTests };
    },
  );
}

function playwright() {
  const file = join(reports, 'e2e.json');
  return part(
    'Tests: e2e',
    async () => {
      await ensureBuilt();
      await runTool('playwright/cli.js', ['test', '--reporter=list,json'], {
        env: { PLAYWRIGHT_JSON_OUTPUT_FILE: file },
      });
    },
    () => {
      const { stats } = JSON.parse(readFileSync(file, 'utf8'));
      return { passed: stats.expected + stats.flaky, failed: stats.unexpected };
    },
  );
}

/** What they say is shown where they fail; otherwise it would stand between other lines. */
async function withoutGpu() {
  const quiet = { quiet: true };
  await part('Types', () => runTool('typescript/bin/tsc', ['--noEmit'], quiet));
  await part('Lint and format', () =>
    runTool('@biomejs/biome/bin/biome', ['ci', '--error-on-warnings', '.'], quiet),
  );
  await vitest('unit', quiet);
}

try {
  await ensureInstalled();
  await ensureBrowser();
  // The tests of shaders wait for the adapter most of the time: what needs none runs beside them.
  await Promise.all([withoutGpu(), vitest('gpu')]);
  await playwright();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  counts.failed += 1;
} finally {
  rmSync(reports, { recursive: true, force: true });
}
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed === 0 ? 0 : 1;
