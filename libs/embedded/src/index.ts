/** Postgres and NATS as child processes: real servers for `./bessemer up` and for tests. */
export { dropDatabase, prepareDatabase, type ServiceSchema, serviceSchemas } from './database-preparation.js';
export { freePort, isPortFree } from './free-port.js';
export { EmbeddedNats, type NatsOptions } from './nats.js';
export { findNatsProgram, type NatsSources } from './nats-program.js';
export { EmbeddedPostgres, type PostgresOptions } from './postgres.js';
export { type Exit, findSetpriv, ServerProcess, type ServerProcessOptions } from './server-process.js';
