import { readSettings } from '@bessemer/settings';
import { createLogger } from '@bessemer/telemetry';
import { startInspector } from './inspector.js';
import { settingDefinitions } from './settings.js';

const settings = readSettings(settingDefinitions, process.env);
const logger = createLogger('inspector', settings.logLevel);
try {
  const inspector = await startInspector(settings, logger);
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    inspector.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.fatal({ err: error }, 'inspector did not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
} catch (error) {
  logger.fatal({ err: error }, 'inspector cannot start');
  process.exit(1);
}
