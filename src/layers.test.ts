import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const SRC = import.meta.dirname;

/**
 * What each folder may import besides itself and `trouble.ts`: a folder, one file of it, or (after "type ")
 * only its types. The order is that of the design: nobody looks up.
 */
const MAY_IMPORT: Record<string, string[]> = {
  gpu: [],
  model: [],
  reference: ['model'],
  engine: ['gpu', 'model'],
  strategies: ['engine', 'gpu', 'model/rotation', 'type model'],
  probes: ['gpu', 'engine'],
  needle: ['model', 'strategies'],
  worker: ['gpu', 'model', 'engine', 'strategies', 'probes', 'needle'],
  state: ['strategies', 'needle', 'worker/client', 'worker/protocol', 'type engine'],
  panels: ['state', 'strategies', 'needle', 'worker/protocol'],
  app: ['panels', 'state', 'strategies', 'needle', 'worker/client', 'worker/protocol'],
};

/** Packages that only some folders may know; all others are free. */
const MAY_USE: [name: RegExp, folders: string[]][] = [
  [/^(react|react-dom)(\/|$)/, ['state', 'panels', 'app']],
  [/^zustand(\/|$)/, ['state', 'panels', 'app']],
  [/^d3(-|\/|$)/, ['panels']],
  [/^comlink$/, ['worker']],
  [/^@huggingface\/tokenizers$/, ['model']],
  [/^@huggingface\/jinja$/, ['model']],
  [/^node:/, []],
];

interface Import {
  from: string;
  specifier: string;
  typeOnly: boolean;
}

const IMPORT = /^(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm;

function importsOf(path: string): Import[] {
  return [...readFileSync(path, 'utf8').matchAll(IMPORT)].map(([, type, specifier]) => ({
    from: relative(SRC, path),
    specifier,
    typeOnly: type !== undefined,
  }));
}

/** Why an import is not allowed, or null. */
function objection({ from, specifier, typeOnly }: Import): string | null {
  const [folder] = from.split('/');
  if (!specifier.startsWith('.')) {
    const rule = MAY_USE.find(([name]) => name.test(specifier));
    return !rule || rule[1].includes(folder) ? null : `${from} must not use ${specifier}`;
  }
  const target = relative(SRC, resolve(SRC, from, '..', specifier)).replace(/\.(ts|tsx|js)$/, '');
  const [other] = target.split('/');
  if (other === folder || target === 'trouble') return null;
  // Shaders, styles and the like lie outside, or are no code.
  if (target.startsWith('..')) return /^\.\.\/shaders\//.test(target) ? null : `${from}: ${target}`;
  const allowed = (MAY_IMPORT[folder] ?? []).some(
    (entry) => entry === other || entry === target || (typeOnly && entry === `type ${other}`),
  );
  return allowed ? null : `${from} must not import ${target}`;
}

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter(
    (file) => /\.tsx?$/.test(file) && !/(\.test|[/\\]testing(-\w+)?|\boracle)\.tsx?$/.test(file),
  )
  .map((file) => join(SRC, file));

describe('the layers of the design', () => {
  test('every folder has its rule', () => {
    const folders = readdirSync(SRC, { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(Object.keys(MAY_IMPORT)).toEqual(
      expect.arrayContaining(folders.map((folder) => folder.name)),
    );
  });

  test('no file imports what its folder must not know', () => {
    const imports = files.flatMap(importsOf);
    expect(imports.length).toBeGreaterThan(50);
    expect(imports.map(objection).filter((found) => found !== null)).toEqual([]);
  });

  test.each([
    ['engine/run.ts', '../strategies/registry', true],
    ['engine/run.ts', '../reference/transformer', false],
    ['reference/transformer.ts', '../gpu/device', false],
    ['strategies/cache/window.ts', '../../probes/run-probe', false],
    ['panels/map/map.tsx', '../../worker/engine-host', false],
    ['worker/engine-host.ts', 'react', false],
    ['needle/prompt.ts', 'comlink', false],
    ['engine/run.ts', 'd3', false],
  ])('%s must not import %s', (from, specifier, typeOnly) => {
    expect(objection({ from, specifier, typeOnly })).not.toBeNull();
  });

  test.each([
    ['strategies/cache/window.ts', '../../engine/strategy', true],
    ['state/page-store.ts', '../worker/protocol', false],
    ['panels/map/map.tsx', '../../trouble', false],
    ['engine/kernels.ts', '../../shaders/norm/norm.wgsl?raw', false],
    ['panels/map/map.tsx', 'd3', false],
  ])('%s may import %s', (from, specifier, typeOnly) => {
    expect(objection({ from, specifier, typeOnly })).toBeNull();
  });
});
