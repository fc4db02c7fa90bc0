import { cpus } from 'node:os';
import type { RunningInstance } from '../e2e/running-instance.js';
import { type Figures, figuresOf, type Report } from './figures.js';
import { fill } from './fill.js';
import { untilIdle } from './idle.js';
import { apiVersion, drive } from './load.js';
import { type Measurement, measurementsOf } from './measurements.js';
import { MemoryWatch } from './memory-watch.js';
import { ProcessMeter } from './processes.js';

/** How a run is made. */
export interface BenchOptions {
  readonly nodes: number;
  readonly connections: number;
  /** Of each measurement. */
  readonly seconds: number;
  /** Names of the measurements to make; all when it is empty. */
  readonly only: readonly string[];
}

/** The share of a measurement's time for which it runs beforehand without being counted. */
const warmUpShare = 0.2;
const otherProcesses = ['nats', 'conductor-1', 'inspector', 'dhcp-manager'];

/** Names of all measurements. */
export const measurementNames = measurementsOf({ nodes: [], idle: [], waiting: [] }).map(({ name }) => name);

/**
 * Fills an instance and measures its api.
 *
 * @param instance just started and empty
 * @param say gets a line for each stage
 * @throws when the instance cannot be filled, an answer is not what is to be measured, or a process of it ends
 */
export async function bench(
  instance: RunningInstance,
  options: BenchOptions,
  say: (line: string) => void,
): Promise<Report> {
  const meter = meterOf(instance);
  const fleet = await fill(instance, options.nodes, say);
  const chosen = measurementsOf(fleet).filter(({ name }) => options.only.length === 0 || options.only.includes(name));
  const measurements: Figures[] = [];
  for (const measurement of chosen) {
    if (!(await untilIdle(meter))) say('the instance does not come to rest; measuring all the same');
    say(`measuring ${measurement.title}`);
    measurements.push(await measure(instance, meter, measurement, options));
  }
  const { nodes, seconds } = options;
  return { machine: machine(), nodes, seconds, measurements, api_peak_memory: meter.apiPeakMemory() };
}

function machine(): Report['machine'] {
  const processors = cpus();
  return { processors: processors.length, model: processors[0]?.model ?? 'unknown', node: process.version };
}

function meterOf(instance: RunningInstance): ProcessMeter {
  const pidOf = (name: string): number => {
    const { pid } = instance.process(name);
    if (pid === undefined) throw new Error(`the instance has no process ${name}`);
    return pid;
  };
  return new ProcessMeter({ api: pidOf('api'), postgres: pidOf('postgres'), others: otherProcesses.map(pidOf) });
}

async function measure(
  instance: RunningInstance,
  meter: ProcessMeter,
  measurement: Measurement,
  { connections: asked, seconds }: BenchOptions,
): Promise<Figures> {
  await tryOut(instance.apiUrl, measurement);
  const connections = measurement.oneByOne ? 1 : asked;
  const load = { connections, status: measurement.status, next: () => measurement.next() };
  await drive(instance.apiUrl, { ...load, seconds: seconds * warmUpShare });
  const memory = new MemoryWatch(meter);
  try {
    const cpuBefore = meter.cpu();
    const result = await drive(instance.apiUrl, { ...load, seconds });
    const cpuAfter = meter.cpu();
    return figuresOf(measurement, result, { connections, cpuBefore, cpuAfter, apiMemory: memory.largest });
  } finally {
    memory.stop();
  }
}

/** Looks at one answer closely: a fast answer to something else would be no figure. */
async function tryOut(url: string, measurement: Measurement): Promise<void> {
  const request = measurement.next();
  const response = await fetch(`${url}${request.path}`, {
    method: request.method,
    headers: { 'x-openstack-ironic-api-version': apiVersion, 'content-type': 'application/json' },
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
  });
  const text = await response.text();
  const wrong = (problem: string): Error =>
    new Error(`${request.method} ${request.path}: ${problem}: ${response.status} ${text.slice(0, 500)}`);
  if (response.status !== measurement.status) throw wrong(`the status is not ${measurement.status}`);
  const problem = measurement.problemOf(request, text === '' ? {} : JSON.parse(text));
  if (problem !== null) throw wrong(problem);
}
