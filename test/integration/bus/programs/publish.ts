// A service that changes nodes (those in its arguments, after how often each) and publishes; without arguments it only publishes.
import { Relay } from '@bessemer/bus';
import { change } from '../workload.js';
import { connectFromEnvironment, tellReady, whenAskedToStop } from './settings.js';

const { database, bus, logger } = await connectFromEnvironment();
const relay = new Relay({ database, bus, logger, sweepMs: 500 });
await relay.start();
tellReady();

const [times = '0', ...nodes] = process.argv.slice(2);
const stopped = whenAskedToStop();
for (let time = 0; time < Number(times); time += 1) {
  await Promise.all(nodes.map((node) => change(database, node)));
}
process.send?.('done');
await stopped;
await relay.stop();
await bus.close();
await database.close();
process.disconnect?.();
