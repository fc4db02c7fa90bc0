/** An answer as it came in. */
export interface FuzzAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

const bodyless = [204, 304];
/** Reasons for a 503 that hold while the conductor of the driver is there: another group, and no inspector. */
const mayBeUnavailable = /^No conductor is available .* in the conductor group "[^"]+"|inspector/;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Fault {
  readonly form: 'handler' | 'routing' | 'plain' | 'bare';
  readonly text: string;
  readonly faultcode?: unknown;
}

/** The error in a body, in one of the forms that clients know (reference: api.md §0.2); undefined for any other. */
function faultOf(text: string): Fault | undefined {
  const body = parsed(text);
  if (!isObject(body)) return undefined;
  const { error_message: wrapped, faultcode, faultstring } = body;
  if (typeof faultstring === 'string') return { form: 'bare', text: faultstring, faultcode };
  if (typeof wrapped !== 'string') return undefined;
  const inner = parsed(wrapped);
  if (!isObject(inner)) return { form: 'plain', text: wrapped };
  if (typeof inner['faultstring'] === 'string' && inner['debuginfo'] === null)
    return { form: 'handler', text: inner['faultstring'], faultcode: inner['faultcode'] };
  if (
    typeof inner['code'] === 'number' &&
    typeof inner['title'] === 'string' &&
    typeof inner['description'] === 'string'
  )
    return { form: 'routing', text: inner['description'] };
  return undefined;
}

const formsOf: Readonly<Record<number, readonly Fault['form'][]>> = {
  400: ['handler', 'bare', 'routing'],
  401: ['handler', 'bare', 'plain'],
  404: ['handler', 'routing'],
  405: ['handler', 'routing'],
  406: ['handler', 'routing', 'plain'],
  413: ['bare'],
};

function faultProblems(status: number, text: string): string[] {
  const fault = faultOf(text);
  if (fault === undefined) return ['the error has no known form'];
  const problems: string[] = [];
  if (!(formsOf[status] ?? ['handler']).includes(fault.form))
    problems.push(`an error ${status} in the form ${fault.form}`);
  if ('faultcode' in fault && fault.faultcode !== (status >= 500 ? 'Server' : 'Client'))
    problems.push('the wrong faultcode');
  if (/\b(undefined|TypeError|ECONN[A-Z]+|SQLSTATE|violates|syntax error)\b|\[object Object\]/.test(fault.text))
    problems.push('an error that tells of the inside');
  if (status >= 500 && !(status === 503 && mayBeUnavailable.test(fault.text)))
    problems.push(`a failure: ${fault.text}`);
  return problems;
}

/** What is wrong with an answer, whatever the request was. */
export function problemsOf(method: string, { status, headers, text }: FuzzAnswer): string[] {
  const problems: string[] = [];
  if (status < 200 || status >= 600) problems.push(`the status ${status}`);
  if (method === 'OPTIONS') return problems;
  if (bodyless.includes(status) && text !== '') problems.push('a body where none may be');
  const type = headers['content-type'];
  // Of a stream no more is read than its head.
  if (text === '' && type !== undefined && type !== 'text/event-stream' && method !== 'HEAD')
    problems.push('a media type without a body');
  if (text !== '' && !/^(application\/json|text\/event-stream)/.test(String(type)))
    problems.push(`the media type ${String(type)}`);
  if (method === 'HEAD') return status >= 500 ? [...problems, `the status ${status}`] : problems;
  if (status >= 400) problems.push(...faultProblems(status, text));
  else if (text !== '' && parsed(text) === undefined) problems.push('a body that is no JSON');
  return problems;
}
