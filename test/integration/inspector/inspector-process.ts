import { type RunningInspector, settingDefinitions, startInspector } from '@bessemer/inspector';
import { readSettings } from '@bessemer/settings';
import type { TestStack } from '../stack/index.js';

/** The bearer between services in tests. */
export const token = 'a-token-of-the-tests';

/** Starts an inspector on the stack, at free ports. */
export async function runInspector(stack: TestStack, env: Record<string, string> = {}): Promise<RunningInspector> {
  const settings = readSettings(settingDefinitions, {
    ...stack.environment('inspector'),
    BESSEMER_INSPECTOR_PORT: '0',
    BESSEMER_INTERNAL_TOKEN: token,
    ...env,
  });
  const inspector = await startInspector(settings, stack.logger);
  stack.onStop(() => inspector.stop());
  return inspector;
}
