/** The api as others start it: the launcher by main.ts, tests by {@link startApi}. */
export { type RunningApi, startApi } from './api.js';
/** What tests are made from: the migrations, and the tables of fields, parameters and routes. */
export { apiMigrations } from './schema/index.js';
export { type ApiSettings, apiSettings } from './settings.js';
export type { Field, Fields } from './versions/field.js';
export type { Parameters } from './versions/parameters.js';
export type { JsonSchema, Route, RouteBody } from './versions/route.js';
export { routes } from './versions/routes/index.js';
