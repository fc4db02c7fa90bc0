/** Real Postgres and NATS for tests. */
export { removeTemporaryFolder, temporaryFolder } from './temporary-folder.js';
export { TestNats } from './test-nats.js';
export { TestPostgres } from './test-postgres.js';
export { type ServiceAccess, TestStack, type TestStackOptions } from './test-stack.js';
export { waitFor } from './wait-for.js';
