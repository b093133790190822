import type {
  HeadlessBench,
  HeadlessComparison,
  HeadlessHeads,
  HeadlessPerplexity,
  HeadlessRun,
  HeadlessStrategies,
  HeadlessTile,
} from '../../../src/app/headless-types';
import type { Calibration } from '../../../src/strategies/calibration';
import type { Logits, MassRecall } from '../../../src/worker/protocol';
import type { Call } from './arguments';
import { readableComparison } from './print-compare';
import { matrix, readableHeads } from './print-heads';
import { readableBench, readablePerplexity } from './print-speed';

/** A result for people; `--json` gives all of it. */
export function readable(command: Call['command'], result: unknown): string {
  switch (command) {
    case 'run':
      return readableRun(result as HeadlessRun);
    case 'compare':
      return readableComparison(result as HeadlessComparison);
    case 'logits':
      return (result as Logits).top
        .map(({ id, logit }) => `${String(id).padStart(7)}  ${logit.toFixed(4)}`)
        .join('\n');
    case 'tile':
      return matrix((result as HeadlessTile).weights, 4);
    case 'heads':
      return readableHeads(result as HeadlessHeads);
    case 'perplexity':
      return readablePerplexity(result as HeadlessPerplexity);
    case 'bench':
      return readableBench(result as HeadlessBench);
    case 'calibrate':
      return readableCalibration(result as Calibration);
    case 'strategies':
      return readableStrategies(result as HeadlessStrategies);
  }
}

function readableRun(run: HeadlessRun): string {
  const verdict = run.correct === null ? '' : run.correct ? '  ✓ found' : '  ✗ not found';
  const kilobytes = (bytes: number) => `${(bytes / 1024).toFixed(0)} KiB`;
  const { peak, end, dense } = run.kvBytes;
  return [
    `${run.answer}${verdict}`,
    `expected   ${run.expected || '-'}`,
    `model      ${run.model} on ${run.adapter}`,
    `tokens     ${run.promptTokens} read in ${run.prefillMs.toFixed(0)} ms, ${run.generated.length} generated in ${run.decodeMs.toFixed(0)} ms`,
    `computed   ${percent(run.accounting.density)} of the causal pairs; ${run.accounting.entriesPerStep.toFixed(1)} entries read a step and head`,
    ...(run.recall ? [`recall     ${recallText(run.recall)}`] : []),
    ...(run.stageMs ? [`GPU time   ${stageText(run.stageMs)}`] : []),
    `cache      ${kilobytes(end)} at the end, ${kilobytes(peak)} at most, ${kilobytes(dense)} if all were kept`,
  ].join('\n');
}

const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

function recallText({ promptMean, decodeMean }: MassRecall): string {
  const decode = decodeMean === null ? '' : `, ${percent(decodeMean)} in decode steps`;
  return `${percent(promptMean)} of dense attention's weight in the prompt${decode}`;
}

function stageText(stages: NonNullable<HeadlessRun['stageMs']>): string {
  return Object.entries(stages)
    .map(
      ([phase, { selection, attention, model }]) =>
        `${phase}: selection ${selection.toFixed(1)} ms, attention ${attention.toFixed(1)} ms, rest ${model.toFixed(1)} ms`,
    )
    .join('; ');
}

/** A row for each layer. */
function readableCalibration(calibration: Calibration): string {
  const { model, headClasses, streamingGates, prefillPatterns } = calibration;
  const parts = [`measured on ${model}, a row for each layer`];
  if (headClasses) {
    parts.push(`echo, by head:\n${matrix(headClasses.echo, 3)}`);
    parts.push(`induction, by head:\n${matrix(headClasses.induction, 3)}`);
  }
  if (streamingGates) parts.push(`streaming gates, by KV head:\n${matrix(streamingGates, 3)}`);
  if (prefillPatterns) {
    const rows = prefillPatterns.map((row) =>
      row.map(({ family, a, b }) => `${family} ${a} ${b}`.padEnd(24)).join(''),
    );
    parts.push(`prefill patterns, by head:\n${rows.join('\n')}`);
  }
  return parts.join('\n\n');
}

function readableStrategies(strategies: HeadlessStrategies): string {
  const { presets, tasks, ...axes } = strategies;
  const lines = presets.map(({ id, title }) => `  ${id.padEnd(18)}${title}`);
  for (const [axis, entries] of Object.entries(axes)) {
    lines.push('', axis);
    for (const { id, title, parameters } of entries) {
      lines.push(`  ${id.padEnd(18)}${title}`);
      for (const { name, default: value, unit } of parameters) {
        lines.push(`    ${axis}.${name}=${value} ${unit}`.trimEnd());
      }
    }
  }
  lines.push('', 'tasks');
  for (const { id, title, parameters } of tasks) {
    lines.push(`  ${id.padEnd(18)}${title}`);
    for (const { name, default: value, unit } of parameters) {
      lines.push(`    --set-task ${name}=${value} ${unit}`.trimEnd());
    }
  }
  return ['presets', ...lines].join('\n');
}
