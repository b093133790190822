// Runs other programs for the commands of this folder. What they say goes to stderr, because stdout belongs to
// the command's own result.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Runs a program in the repository's folder to its end.
 * @param {string} program
 * @param {string[]} args
 * @param {{ quiet?: boolean, env?: Record<string, string> }} [options] quiet: keep its output for the error
 * @returns {Promise<void>} rejects where it fails, with its output where that was kept
 */
export function runProgram(program, args, { quiet = false, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ['ignore', quiet ? 'pipe' : 2, quiet ? 'pipe' : 2],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (part) => {
        output += part;
      });
    }
    const command = [program, ...args].join(' ');
    child.on('error', (error) => reject(new Error(`${command}: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`${output}${command} ended with ${signal ?? `exit code ${code}`}`));
    });
  });
}

/** Runs the command-line program of an installed package, as npx would. */
export function runTool(file, args, options) {
  return runProgram(process.execPath, [`node_modules/${file}`, ...args], options);
}
