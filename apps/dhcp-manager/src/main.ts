import { readSettings } from '@bessemer/settings';
import { createLogger } from '@bessemer/telemetry';
import { startDhcpManager } from './dhcp-manager.js';
import { settingDefinitions } from './settings.js';

const settings = readSettings(settingDefinitions, process.env);
const logger = createLogger('dhcp-manager', settings.logLevel);
try {
  const manager = await startDhcpManager(settings, logger);
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    manager.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.fatal({ err: error }, 'dhcp-manager did not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
} catch (error) {
  logger.fatal({ err: error }, 'dhcp-manager cannot start');
  process.exit(1);
}
