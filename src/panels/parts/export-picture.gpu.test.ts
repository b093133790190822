import { afterEach, beforeEach, expect, test } from 'vitest';
import { hasPicture, pictureOf } from './export-picture';
import { pngOf } from './export-png';

const PAGE = `
  <style>
    #panel { position: absolute; top: 20px; left: 30px; width: 300px; background: rgb(250, 250, 240);
      color: rgb(10, 20, 30); font: 14px sans-serif }
    #panel .cell { width: 60px; height: 20px; background: var(--hot); box-shadow: 0 2px 0 rgb(9, 9, 9); text-transform: uppercase }
    #panel .mark { fill: rgb(1, 2, 3); transform: translate(5px, 6px) }
    #panel .legend { height: 8px; background: linear-gradient(to right, rgb(255, 0, 0), rgb(0, 0, 255)) }
    #panel .stripes { height: 8px; background: repeating-linear-gradient(135deg, rgb(1, 1, 1) 0 3px, rgb(2, 2, 2) 3px 4px) }
    #panel .chart { margin-bottom: 90px }
    #panel .narrow { width: 90px }
    #panel .scroll { width: 50px; height: 20px; overflow: hidden; white-space: nowrap }
    .out { position: absolute; width: 1px; height: 1px; overflow: hidden }
  </style>
  <section id="panel" style="--hot: rgb(200, 100, 50)">
    <p class="controls">not drawn</p>
    <div class="chart">
      <div class="cell">a &lt; b</div>
      <span class="out">for readers only</span>
      <p class="narrow">one two three four five six</p>
      <div class="scroll">much longer than its box</div>
      <svg width="40" height="30"><rect class="mark" width="10" height="10" /></svg>
      <canvas width="4" height="4"></canvas>
      <div class="stripes"></div>
      <details><summary>shown</summary><b>folded</b></details>
    </div>
    <div class="legend"></div>
  </section>`;

beforeEach(() => {
  document.body.innerHTML = PAGE;
});
afterEach(() => {
  document.body.innerHTML = '';
});

function draw() {
  const panel = document.querySelector('#panel');
  if (!panel) throw new Error('There is no panel.');
  const text = pictureOf(panel, '.chart, .legend', ['Title', 'model & strategy']);
  const svg = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
  const find = (selector: string) => [...svg.querySelectorAll(selector)];
  return { panel, text, svg, find, words: find('text').map((node) => node.textContent) };
}

test('text stands where the page has it, line by line, and nothing hidden is drawn', () => {
  const { words, find, svg } = draw();
  expect(svg.tagName).toBe('svg');
  expect(words.slice(0, 3)).toEqual(['Title', 'model & strategy', 'A < B']);
  expect(words).toContain('shown');
  for (const hidden of ['not drawn', 'for readers only', 'folded']) {
    expect(words).not.toContain(hidden);
  }
  const lines = find('text').filter((node) => /one|three|six/.test(node.textContent ?? ''));
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.map((node) => node.textContent).join(' ')).toBe('one two three four five six');
  expect(Number(lines[1].getAttribute('y'))).toBeGreaterThan(Number(lines[0].getAttribute('y')));
  expect(lines[0].getAttribute('x')).toBe('14');
  expect(lines[0].getAttribute('fill')).toBe('rgb(10, 20, 30)');
});

test('colours come resolved, with boxes, gradients, clips, charts and canvases', () => {
  const { text, find } = draw();
  expect(text).not.toContain('var(');
  expect(find('rect[fill="rgb(200, 100, 50)"]')[0].getAttribute('width')).toBe('60');
  expect(find('linearGradient stop').map((stop) => stop.getAttribute('stop-color'))).toEqual([
    'rgb(255, 0, 0)',
    'rgb(0, 0, 255)',
  ]);
  const [stripes] = find('pattern');
  expect(stripes.getAttribute('width')).toBe('4');
  expect(stripes.getAttribute('patternTransform')).toBe('rotate(45)');
  expect([...stripes.children].map((bar) => bar.getAttribute('fill'))).toEqual([
    'rgb(1, 1, 1)',
    'rgb(2, 2, 2)',
  ]);
  expect(find('clipPath rect')[0].getAttribute('width')).toBe('50');
  const [mark] = find('svg rect[fill="rgb(1, 2, 3)"]');
  expect(mark.getAttribute('transform')).toBe('matrix(1, 0, 0, 1, 5, 6)');
  expect(find('image')[0].getAttribute('href')).toMatch(/^data:image\/png/);
});

test('the heading fits, and rows of the page stand close to each other', () => {
  const { panel, svg, find } = draw();
  const legend = find('rect[fill^="url(#fill"]').at(-1);
  expect(Number(svg.getAttribute('height'))).toBe(
    Number(legend?.getAttribute('y')) + Number(legend?.getAttribute('height')) + 14,
  );
  const wide = pictureOf(panel, '.legend', ['Title', 'a caption of many words '.repeat(8)]);
  expect(Number(/width="([\d.]+)"/.exec(wide)?.[1])).toBeGreaterThan(800);
});

test('a hard shadow is a bar beside its box', () => {
  const { find } = draw();
  const [bar] = find('rect[fill="rgb(9, 9, 9)"]');
  expect(bar.getAttribute('height')).toBe('2');
});

test('a PNG has two pixels for each of the page', async () => {
  const { text, svg } = draw();
  const image = await createImageBitmap(await pngOf(text, 2));
  expect(image.width).toBe(Math.ceil(2 * Math.ceil(Number(svg.getAttribute('width')))));
  expect(image.height).toBeGreaterThan(200);
});

test('where nothing is drawn there is no picture', () => {
  const { panel } = draw();
  expect(hasPicture(panel, '.chart')).toBe(true);
  expect(hasPicture(panel, '.missing, .out')).toBe(false);
});
