/** What style sheets may set on a chart's marks; none of them reaches a file of its own. */
const PROPERTIES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-opacity',
  'stroke-dasharray',
  'stroke-linecap',
  'stroke-linejoin',
  'opacity',
  'paint-order',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
  'dominant-baseline',
] as const;

/** A copy of a chart that carries its colours, lines and fonts with it; what is hidden is left out. */
export function cloneWithStyles(svg: SVGSVGElement): SVGSVGElement {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = [svg, ...svg.querySelectorAll<SVGElement>('*')];
  const copies = [copy, ...copy.querySelectorAll<SVGElement>('*')];
  const hidden: SVGElement[] = [];
  for (const [index, original] of originals.entries()) {
    const style = getComputedStyle(original);
    const target = copies[index];
    if (style.display === 'none' || style.visibility === 'hidden') hidden.push(target);
    for (const name of PROPERTIES) target.setAttribute(name, style.getPropertyValue(name));
    // `none` would undo the attribute of an element that is only moved by it.
    if (style.transform !== 'none') target.setAttribute('transform', style.transform);
    for (const name of ['class', 'style', 'tabindex', 'role', 'aria-label', 'aria-hidden']) {
      target.removeAttribute(name);
    }
  }
  for (const target of hidden) target.remove();
  copy.setAttribute('overflow', 'visible');
  return copy;
}
