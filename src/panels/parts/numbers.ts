/** How numbers are written on the page: always with their unit. */

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export function formatCount(count: number): string {
  return WHOLE.format(count);
}

const COMPACT = new Intl.NumberFormat('en-US', {
  notation: 'compact',
  maximumSignificantDigits: 3,
});

/** Large counts with a letter for thousands (K), millions (M), … */
export function formatCompact(count: number): string {
  return COMPACT.format(count);
}

/** Decimal units, as in memory of models: 1 MB = 10⁶ bytes. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${formatShort(bytes)} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), units.length);
  return `${formatShort(bytes / 1000 ** power)} ${units[power - 1]}`;
}

/** With a prefix of the SI from milli to peta: 12.3 GFLOP/s. */
export function formatSi(value: number, unit: string): string {
  const prefixes = ['m', '', 'k', 'M', 'G', 'T', 'P'];
  if (value === 0) return `0 ${unit}`.trimEnd();
  const power = Math.floor(Math.log10(Math.abs(value)) / 3 + 1e-9);
  const place = Math.min(prefixes.length - 1, Math.max(0, power + 1));
  const scaled = formatShort(value / 1000 ** (place - 1));
  return `${scaled} ${prefixes[place]}${unit}`.trimEnd();
}

export function formatMs(ms: number): string {
  if (ms < 1000) return `${formatShort(ms)} ms`;
  if (ms < 60_000) return `${formatShort(ms / 1000)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

export function formatRate(tokens: number, ms: number): string {
  return ms > 0 && tokens > 0 ? `${formatShort((tokens * 1000) / ms)} tokens/s` : '–';
}

export function formatPercent(share: number): string {
  return `${formatShort(share * 100)} %`;
}

/** Enough digits to tell weights apart, without pretending more than f32 holds. */
export function formatWeight(weight: number): string {
  if (weight === 0) return '0';
  return weight >= 0.0001 ? weight.toFixed(4) : weight.toExponential(2);
}

/** A difference of two weights, with its sign. */
export function formatDifference(difference: number): string {
  const sign = difference > 0 ? '+' : difference < 0 ? '−' : '';
  return `${sign}${formatWeight(Math.abs(difference))}`;
}

/** Three significant digits, or all digits before the point. */
export function formatShort(value: number): string {
  if (Math.abs(value) >= 100) return WHOLE.format(value);
  return String(Number(value.toPrecision(3)));
}
