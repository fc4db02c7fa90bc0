import { type LoadResult, percentile } from './load.js';
import type { Goal, Measurement } from './measurements.js';
import { type CpuTimes, type MeteredPart, meteredParts } from './processes.js';

/** What one measurement found. */
export interface Figures {
  readonly name: string;
  readonly title: string;
  readonly goal: Goal | null;
  readonly connections: number;
  readonly requests: number;
  readonly requests_per_second: number;
  /** Of an answer, in ms. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** How often each status came that was not the one to come. */
  readonly other_statuses: Readonly<Record<string, number>>;
  /** Requests to which no answer came. */
  readonly unanswered: number;
  /** Time on the processors for a request, in µs. */
  readonly cpu: CpuTimes;
  /** The most main memory that the api was seen to use meanwhile, in bytes. */
  readonly api_memory: number;
}

/** What a whole run found. */
export interface Report {
  /** Of the processors and of Node.js, without which figures say little. */
  readonly machine: { readonly processors: number; readonly model: string; readonly node: string };
  readonly nodes: number;
  readonly seconds: number;
  readonly measurements: readonly Figures[];
  /** The most main memory that the api has used since its start, in bytes. */
  readonly api_peak_memory: number;
}

/** Makes figures of what was seen. */
export function figuresOf(
  { name, title, goal }: Measurement,
  result: LoadResult,
  seen: { connections: number; cpuBefore: CpuTimes; cpuAfter: CpuTimes; apiMemory: number },
): Figures {
  const { latencies, seconds } = result;
  const perRequest = (part: MeteredPart): number =>
    Math.round((seen.cpuAfter[part] - seen.cpuBefore[part]) / Math.max(1, latencies.length));
  return {
    name,
    title,
    goal: goal ?? null,
    connections: seen.connections,
    requests: latencies.length,
    requests_per_second: seconds > 0 ? latencies.length / seconds : 0,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    max: percentile(latencies, 1),
    other_statuses: Object.fromEntries(result.otherStatuses),
    unanswered: result.unanswered,
    cpu: Object.fromEntries(meteredParts.map((part) => [part, perRequest(part)])) as Record<MeteredPart, number>,
    api_memory: seen.apiMemory,
  };
}

/** How many requests were not answered as they had to be. */
export const failuresOf = ({ other_statuses, unanswered }: Figures): number =>
  Object.values(other_statuses).reduce((sum, count) => sum + count, unanswered);

/** Whether every request of a run was answered as it had to be, and any was. */
export const isSound = ({ measurements }: Report): boolean =>
  measurements.every((figures) => figures.requests > 0 && failuresOf(figures) === 0);

/** Whether the goal is reached; null when there is none. */
export function reachesGoal({ goal, requests_per_second, p50 }: Figures): boolean | null {
  if (goal === null) return null;
  return goal.unit === 'req/s' ? requests_per_second >= goal.target : p50 <= goal.target;
}
