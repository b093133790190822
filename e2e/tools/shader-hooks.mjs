// Lets Node import shaders as Vite does: `import code from './add.wgsl?raw'` gives the text.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** @type {import('node:module').LoadHook} */
export async function load(url, context, nextLoad) {
  const { protocol, pathname } = new URL(url);
  if (protocol !== 'file:' || !pathname.endsWith('.wgsl')) return await nextLoad(url, context);
  const text = await readFile(fileURLToPath(new URL(pathname, url)), 'utf8');
  return {
    format: 'module',
    source: `export default ${JSON.stringify(text)};`,
    shortCircuit: true,
  };
}
