import { parseArgs } from 'node:util';
import { readMachinesFile } from './machines-file.js';
import { SimulatedFleet } from './simulated-fleet.js';

const usage =
  'usage: fleet/main.js --machines FILE --dir DIR --api URL [--inspection-callback-url URL] [--heartbeat-interval S] [--time-scale N] [--boot-delay-ms N]';

/** Runs a fleet until a signal ends it; prints one JSON line when every BMC answers. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      machines: { type: 'string' },
      dir: { type: 'string' },
      api: { type: 'string' },
      'inspection-callback-url': { type: 'string' },
      'heartbeat-interval': { type: 'string' },
      'time-scale': { type: 'string' },
      'boot-delay-ms': { type: 'string' },
    },
  });
  if (values.machines === undefined || values.dir === undefined || values.api === undefined) {
    throw new Error(usage);
  }
  const given = {
    heartbeatIntervalS: values['heartbeat-interval'],
    timeScale: values['time-scale'],
    bootDelayMs: values['boot-delay-ms'],
  };
  const agent = Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, Number(value)]),
  );
  const signal = new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  const fleet = await SimulatedFleet.start({
    machines: readMachinesFile(values.machines),
    dir: values.dir,
    apiUrl: values.api,
    inspectionCallbackUrl: values['inspection-callback-url'],
    agent,
  });
  const ready = fleet.machines.map((machine) => ({
    name: machine.name,
    address: machine.address,
    port: machine.port,
    dir: machine.folder.path,
    disk: machine.diskPath,
  }));
  process.stdout.write(`${JSON.stringify({ ready: true, machines: ready })}\n`);
  await signal;
  await fleet.stop();
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
