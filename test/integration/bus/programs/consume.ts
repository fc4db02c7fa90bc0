// A service that follows the events of the api. A message may tell it to die, once: `before-commit` or `before-ack`.
import { Consumers } from '@bessemer/bus';
import { eventDurable, eventFilter } from '@bessemer/contracts';
import { Counted } from '../counted.js';
import { effect } from '../workload.js';
import { connectFromEnvironment, tellReady, whenAskedToStop } from './settings.js';

const { database, bus, logger } = await connectFromEnvironment();
const consumers = new Consumers(bus, logger);
const mayDie = process.argv[2] === 'mortal';
const die = () => process.kill(process.pid, 'SIGKILL');

await consumers.consume({
  stream: 'EVENTS',
  durable: eventDurable('conductor', 'api'),
  filter: eventFilter('api'),
  type: Counted,
  database,
  handle: async (message, tx) => {
    await effect(message, tx);
    if (!mayDie) return;
    if (message.data.fault === 'before-commit') die();
    if (message.data.fault === 'before-ack') tx.afterCommit(die);
  },
});
tellReady();
await whenAskedToStop();
await consumers.stop();
await bus.close();
await database.close();
process.disconnect?.();
