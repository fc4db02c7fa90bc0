import { type Figures, failuresOf, type Report, reachesGoal } from './figures.js';

/** The most main memory that the api may use, in MB. */
const memoryTarget = 250;
const bytesPerMegabyte = 1_000_000;

const heads = [
  'measured',
  'req/s',
  'p50 ms',
  'p99 ms',
  'max ms',
  'failed',
  'api µs',
  'postgres µs',
  'others µs',
  'client µs',
  'api MB',
  'target',
  'reached',
  'Ironic 21.4',
];

/** The lines of a report for a reader: where it ran, a table in Markdown, the memory of the api, and what went wrong. */
export function linesOf(report: Report): string[] {
  const rows = [heads, ...report.measurements.map(cellsOf)];
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const [head = '', ...lines] = rows.map(
    (row) => `| ${row.map((cell, column) => padded(cell, widths[column] ?? 0, column)).join(' | ')} |`,
  );
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  const peak = report.api_peak_memory / bytesPerMegabyte;
  const { processors, model, node } = report.machine;
  const verdict = peak < memoryTarget ? 'reached' : 'missed';
  return [
    `${report.nodes} nodes, ${report.seconds} s each, ${processors} processors (${model}), Node.js ${node}`,
    '',
    head,
    rule,
    ...lines,
    '',
    `largest memory of the api: ${peak.toFixed(0)} MB (target: below ${memoryTarget} MB, ${verdict})`,
    ...report.measurements.filter((figures) => failuresOf(figures) > 0).map(failureOf),
  ];
}

function padded(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

function cellsOf(figures: Figures): string[] {
  const { title, requests_per_second, p50, p99, max, cpu, api_memory, goal } = figures;
  const reached = reachesGoal(figures);
  return [
    title,
    requests_per_second.toFixed(requests_per_second < 100 ? 1 : 0),
    ...[p50, p99, max].map((milliseconds) => milliseconds.toFixed(1)),
    String(failuresOf(figures)),
    ...[cpu.api, cpu.postgres, cpu.others, cpu.client].map(String),
    (api_memory / bytesPerMegabyte).toFixed(0),
    goal === null ? '' : `${goal.target} ${goal.unit}`,
    reached === null ? '' : reached ? 'yes' : 'no',
    goal?.ironic ?? '',
  ];
}

function failureOf({ title, other_statuses, unanswered }: Figures): string {
  const statuses = Object.entries(other_statuses).map(([status, count]) => `${count} times ${status}`);
  return `FAILED ${title}: ${[...statuses, ...(unanswered > 0 ? [`${unanswered} without an answer`] : [])].join(', ')}`;
}
