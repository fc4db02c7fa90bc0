/** The api as others start it: the launcher by main.ts, tests by {@link startApi}. */
export { type RunningApi, startApi } from './api.js';
export { type ApiSettings, apiSettings } from './settings.js';
export type { Route } from './versions/route.js';
export { routes } from './versions/routes/index.js';
