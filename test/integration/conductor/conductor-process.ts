/** A conductor with scripted hardware in a process of its own, to be killed and stopped. */
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { conductorSettings, startConductor } from '@bessemer/conductor';
import { parseSealingKeys } from '@bessemer/secrets';
import { readSettings } from '@bessemer/settings';
import { createLogger } from '@bessemer/telemetry';
import { scriptedCatalogue } from './scripted-hardware.js';

const settings = readSettings(conductorSettings, process.env);
const [key] = parseSealingKeys(readFileSync(settings.sealingKeysFile, 'utf8'));
if (key === undefined) throw new Error('no sealing key');
const logger = createLogger(settings.host, settings.logLevel);
const conductor = await startConductor({ settings, catalogue: scriptedCatalogue(), sealingKeys: [key], logger });
process.once('SIGTERM', () => void conductor.stop().then(() => process.exit(0)));
process.stdout.write('ready\n');
