// Writes the service worker that makes the built page work without a connection.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const PUBLIC = join(import.meta.dirname, '../../public');
const TEMPLATE = join(import.meta.dirname, 'offline-worker.js');
/** Only for people who read about the page. */
const NOT_KEPT = ['screenshot.png'];

export function offlinePage() {
  return {
    name: 'offline-page',
    apply: /** @type {const} */ ('build'),
    enforce: /** @type {const} */ ('post'),
    generateBundle(_, bundle) {
      const built = Object.keys(bundle).filter((name) => name !== 'index.html');
      const given = readdirSync(PUBLIC, { recursive: true, encoding: 'utf8' })
        .filter((name) => statSync(join(PUBLIC, name)).isFile())
        .map((name) => name.replaceAll('\\', '/'));
      const files = ['./', ...built, ...given.filter((name) => !NOT_KEPT.includes(name))];
      // Browsers look for a new version by comparing bytes, so a changed file has to show here.
      const version = createHash('sha256');
      for (const name of given) version.update(readFileSync(join(PUBLIC, name)));
      const source = readFileSync(TEMPLATE, 'utf8').replace("'__FILES__'", JSON.stringify(files));
      const comment = `// ${version.digest('hex')}\n`;
      this.emitFile({ type: 'asset', fileName: 'offline.js', source: comment + source });
    },
  };
}
