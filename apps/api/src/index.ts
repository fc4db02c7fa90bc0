/** The api as others start it: the launcher by main.ts, tests by {@link startApi}. */
export { type RunningApi, startApi } from './api.js';
export { type ApiSettings, apiSettings } from './settings.js';
