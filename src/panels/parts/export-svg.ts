/** What is added to a point of the window to come to its place in the picture. */
export interface Place {
  x: number;
  y: number;
}

/** One SVG element as text; attributes without a value are left out. */
export function element(
  name: string,
  attributes: Record<string, string | number | undefined>,
  content = '',
): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escaped(String(value))}"`)
    .join('');
  return content === '' ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Hundredths of a pixel are enough. */
export function rounded(pixels: number): number {
  return Math.round(pixels * 100) / 100;
}
