import type { LoggerService } from '@nestjs/common';
import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/**
 * A JSON logger to standard output. A line is a constant message and fields; values under the names of secrets are
 * dropped wherever they stand at the first three levels.
 *
 * @param service the name in every line
 * @param level `trace` to `fatal`
 */
export function createLogger(service: string, level = 'info'): Logger {
  const secretNames = [
    'password',
    'token',
    'agent_token',
    'secret',
    'ipmi_password',
    'redfish_password',
    'authorization',
  ];
  return pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
      censor: '******',
    },
  });
}

/** NestJS's own messages through the service's logger. */
export class NestLogger implements LoggerService {
  /** @param logger where the lines go */
  constructor(private readonly logger: Logger) {}

  log(message: string, context?: string): void {
    this.logger.debug({ context }, message);
  }
  error(message: string, stack?: string, context?: string): void {
    this.logger.error({ context, stack }, message);
  }
  warn(message: string, context?: string): void {
    this.logger.warn({ context }, message);
  }
  debug(message: string, context?: string): void {
    this.logger.trace({ context }, message);
  }
  verbose(message: string, context?: string): void {
    this.logger.trace({ context }, message);
  }
}
