import 'reflect-metadata';
import { readSettings } from '@bessemer/settings';
import { createLogger } from '@bessemer/telemetry';
import { startApi } from './api.js';
import { apiSettings } from './settings.js';

const settings = readSettings(apiSettings, process.env);
const logger = createLogger('api', settings.logLevel);
const api = await startApi(settings, logger);

let isStopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (isStopping) return;
    isStopping = true;
    logger.info({ signal }, 'api stops');
    api.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'api did not stop cleanly');
        process.exit(1);
      },
    );
  });
