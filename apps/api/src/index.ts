/** The api as others start it: the launcher by main.ts, tests by {@link startApi}. */
export { type RunningApi, startApi } from './api.js';
export { openApiDocument, openApiText } from './openapi/document.js';
export { versionsPage } from './openapi/versions-page.js';
/** What tests are made from: the migrations, the tables of fields, parameters and routes, and what is made of them. */
export { apiMigrations } from './schema/index.js';
export { type ApiSettings, apiSettings } from './settings.js';
export type { Field, Fields } from './versions/field.js';
export { type VersionChange, versionHistory } from './versions/history.js';
export { type Noun, nouns } from './versions/nouns.js';
export type { Parameter, Parameters } from './versions/parameters.js';
export type { JsonSchema, Route, RouteBody } from './versions/route.js';
export { routes } from './versions/routes/index.js';
