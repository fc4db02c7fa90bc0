import { BessemerError, type BessemerErrorOptions, type ErrorCode } from '@bessemer/errors';

/**
 * A refusal that comes before any handler is reached: unknown path, method or media type. Its body has another form
 * than a handler's error, and it carries no version headers (recorded from Ironic).
 */
export class RoutingError extends BessemerError {
  /** Methods that the path has, for the `Allow` header of a 405. */
  readonly allow?: string;
  /** Whether the body holds the bare text instead of a document. */
  readonly isPlainText: boolean;

  constructor(
    code: ErrorCode,
    message = '',
    options: BessemerErrorOptions & { allow?: string; plainText?: boolean } = {},
  ) {
    super(code, message, options);
    if (options.allow !== undefined) this.allow = options.allow;
    this.isPlainText = options.plainText ?? false;
  }
}

/** A body that is refused before it is read as a document; its error is not wrapped (reference: api.md §0.2). */
export class BodyError extends BessemerError {}

const titles: Record<number, string> = {
  400: 'Bad Request',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
};

/** Ironic's error document: a JSON document in a string. */
export function faultBody(error: BessemerError): object {
  const faultcode = error.status >= 500 ? 'Server' : 'Client';
  const faultstring = error.remedy === undefined ? error.message : `${error.message} ${error.remedy}`;
  if (error instanceof BodyError) return { faultcode, faultstring };
  if (error instanceof RoutingError) {
    if (error.isPlainText) return { error_message: error.message };
    const document = { code: error.status, title: titles[error.status] ?? 'Error', description: error.message };
    return { error_message: JSON.stringify(document) };
  }
  return { error_message: JSON.stringify({ faultcode, faultstring, debuginfo: null }) };
}
