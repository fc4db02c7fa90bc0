import { isJsonObject, type JsonObject } from '@bessemer/contracts';
import { BessemerError, type ErrorCode, errorCodes, isBessemerError } from '@bessemer/errors';

/** Nobody answers questions of this subject now; known at once. */
export class NoResponderError extends BessemerError {
  readonly details = { noResponder: true } as const;

  /** @param subject of the question */
  constructor(subject: string, cause?: unknown) {
    super('unavailable', `Nobody answers ${subject} at present.`, { cause });
    this.name = 'NoResponderError';
  }
}

/** Somebody took the question, or might have, and did not answer in time; what was asked for may have been done. */
export class AnswerTimeoutError extends BessemerError {
  /** @param subject of the question */
  constructor(subject: string, timeoutMs: number, cause?: unknown) {
    super('timeout', `${subject} was not answered within ${timeoutMs} ms.`, { cause });
    this.name = 'AnswerTimeoutError';
  }
}

/** An error as it travels: what is public of it. What is no BessemerError becomes `internal` and says nothing of itself. */
export function encodeError(error: unknown): JsonObject {
  if (!isBessemerError(error)) return { code: 'internal', message: 'The question could not be answered.' };
  const { code, message, field, remedy } = error;
  return {
    code,
    message,
    ...(field === undefined ? {} : { field }),
    ...(remedy === undefined ? {} : { remedy }),
  };
}

/** The error that {@link encodeError} encoded. */
export function decodeError(value: unknown): BessemerError {
  const given = isJsonObject(value) ? value : {};
  const text = (name: string) => (typeof given[name] === 'string' ? given[name] : undefined);
  const remedy = text('remedy');
  const field = text('field');
  return new BessemerError(
    isErrorCode(given['code']) ? given['code'] : 'internal',
    text('message') ?? 'Unknown error.',
    {
      ...(remedy === undefined ? {} : { remedy }),
      ...(field === undefined ? {} : { field }),
    },
  );
}

function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorCodes, value);
}
