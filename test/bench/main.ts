/** The program behind `./bessemer bench api`: an instance of its own, filled, measured and removed. */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { RunningInstance } from '../e2e/running-instance.js';
import { bench, measurementNames } from './bench.js';
import { isSound, type Report } from './figures.js';
import { linesOf } from './table.js';

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '10000' },
    connections: { type: 'string', default: '16' },
    seconds: { type: 'string', default: '10' },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
  },
});

/** Variables of the caller that the instance gets: how much it logs, and how its programs are looked into. */
const handedOn = ['BESSEMER_LOG_LEVEL', 'NODE_OPTIONS'];

/** All load comes from one address; counting it costs what it costs anywhere. */
const unlimited = { BESSEMER_API_PUBLIC_REQUESTS_PER_SECOND: '1000000' };

const say = (line: string): void => console.error(`bench: ${line}`);

const only = values.only.split(',').filter((name) => name !== '');
const unknown = only.filter((name) => !measurementNames.includes(name));
if (unknown.length > 0) {
  say(`there is no measurement ${unknown.join(', ')}; choose of ${measurementNames.join(', ')}`);
  process.exit(1);
}

let wasInterrupted = false;
const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      wasInterrupted = true;
      reject(new Error(`interrupted by ${signal}`));
    });
});

say('starting an instance');
const env = Object.fromEntries(
  handedOn.flatMap((name) => {
    const value = process.env[name];
    return value ? [[name, value]] : [];
  }),
);
const instance = await RunningInstance.start('bench', { ...unlimited, ...env });
const options = {
  nodes: Number(values.nodes),
  connections: Number(values.connections),
  seconds: Number(values.seconds),
  only,
};
let report: Report | undefined;
try {
  report = await Promise.race([bench(instance, options, say), interrupted]);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
} finally {
  await instance.stop(report === undefined && !wasInterrupted);
}
if (report !== undefined) {
  console.log(linesOf(report).join('\n'));
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(report, null, 2)}\n`);
}
process.exit(report !== undefined && isSound(report) ? 0 : 1);
