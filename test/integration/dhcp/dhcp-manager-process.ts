import { type RunningDhcpManager, settingDefinitions, startDhcpManager } from '@bessemer/dhcp-manager';
import { readSettings } from '@bessemer/settings';
import type { TestStack } from '../stack/index.js';

/** Starts a dhcp-manager on the stack; the one who starts it stops it. */
export function runDhcpManager(stack: TestStack, env: Record<string, string> = {}): Promise<RunningDhcpManager> {
  const settings = readSettings(settingDefinitions, {
    ...stack.environment('dhcp'),
    BESSEMER_DHCP_ANSWER_WAIT: '2500ms',
    BESSEMER_DHCP_CLOCK_MARGIN: '0',
    BESSEMER_DHCP_SWEEP: '500ms',
    ...env,
  });
  return startDhcpManager(settings, stack.logger);
}
