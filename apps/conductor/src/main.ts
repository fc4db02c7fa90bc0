import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { createHardwareTypes } from '@bessemer/drivers';
import { BessemerError } from '@bessemer/errors';
import { parseSealingKeys } from '@bessemer/secrets';
import { readSettings } from '@bessemer/settings';
import { createLogger } from '@bessemer/telemetry';
import { conductorSettings } from './settings.js';
import { startConductor } from './start.js';

const settings = readSettings(conductorSettings, process.env);
const logger = createLogger('conductor', settings.logLevel).child({ conductor: settings.host });
const [current, ...older] = parseSealingKeys(readFileSync(settings.sealingKeysFile, 'utf8'));
if (current === undefined) throw new BessemerError('invalid', 'The file of sealing keys holds no key.');

const conductor = await startConductor({
  settings,
  catalogue: createHardwareTypes({
    enabled: settings.hardwareTypes,
    fakeDelayMs: settings.fakeDelay,
    ipmitoolPath: settings.ipmitool,
    workDir: settings.workDir,
    now: () => new Date(),
  }),
  sealingKeys: [current, ...older],
  logger,
});

async function stop(signal: string): Promise<void> {
  logger.info({ signal }, 'stopping');
  await conductor.stop();
  process.exit(0);
}
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(signal));
