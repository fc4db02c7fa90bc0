export { createLogger, type Logger, NestLogger } from './logger.js';
