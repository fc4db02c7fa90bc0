import type { LoggerService } from '@nestjs/common';
import {
  type DestinationStream,
  type Logger,
  type LoggerOptions,
  pino,
  type SerializedError,
  stdSerializers,
} from 'pino';

export type { Logger } from 'pino';

/** What errors of databases repeat of values, wherever such an error comes from. */
const tellingMembers = ['parameters', 'detail', 'where', 'driverError', 'internalQuery'];

function withoutValues(error: SerializedError): SerializedError {
  if (typeof error !== 'object' || error === null) return error;
  for (const name of tellingMembers) delete error[name];
  if (Array.isArray(error['aggregateErrors'])) error['aggregateErrors'].forEach(withoutValues);
  return error;
}

/**
 * A JSON logger to standard output. A line is a constant message and fields; values under the names of secrets are
 * dropped wherever they stand at the first three levels, and what errors repeat of the values of statements.
 *
 * @param service the name in every line
 * @param level `trace` to `fatal`
 * @param destination instead of standard output
 */
export function createLogger(service: string, level = 'info', destination?: DestinationStream): Logger {
  const secretNames = [
    'password',
    'token',
    'agent_token',
    'secret',
    'ipmi_password',
    'redfish_password',
    'authorization',
  ];
  const options: LoggerOptions = {
    level,
    base: { service },
    serializers: { err: (error: Error) => withoutValues(stdSerializers.err(error)) },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: {
      paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
      censor: '******',
    },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
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
