export { type HealthReport, HealthServer } from './health-server.js';
export { createLogger, type Logger, NestLogger } from './logger.js';
