import type { Fields } from './field.js';
import type { Route } from './route.js';
import { routes } from './routes/index.js';

/** The tables of fields that a route takes or gives. */
function fieldsOf({ body, answer }: Route): Fields[] {
  const given = body === undefined ? [] : 'create' in body ? [body.create] : 'patch' in body ? [body.patch] : [];
  const shown =
    answer === undefined ? [] : 'record' in answer ? [answer.record] : 'list' in answer ? [answer.list] : [];
  return [...given, ...shown];
}

/** A noun of the API: a table of fields, and the routes that take or give its records. */
export interface Noun {
  /** Its name in documents, for example `VolumeConnector`. */
  readonly name: string;
  readonly fields: Fields;
  readonly routes: readonly Route[];
}

const alreadySingular = new Set(['bios', 'chassis', 'states']);

const singular = (word: string): string =>
  word.endsWith('s') && !alreadySingular.has(word) ? word.slice(0, -1) : word;

/** The name that a path gives: `/v1/volume/connectors` is of a VolumeConnector. */
const nameIn = (path: string): string =>
  path
    .split('/')
    .filter((part) => part !== '' && part !== 'v1' && !part.startsWith(':'))
    .flatMap((part) => singular(part).split('_'))
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');

function nounOf(fields: Fields): Noun {
  const own = routes.filter((route) => fieldsOf(route).includes(fields));
  const [shortest] = own.map(({ path }) => path).sort((one, other) => one.length - other.length);
  return { name: nameIn(shortest ?? ''), fields, routes: own };
}

/** Every noun, in the order of the routes; its name is that of its shortest path. */
export const nouns: readonly Noun[] = [...new Set(routes.flatMap(fieldsOf))].map(nounOf);

const names = new Map(nouns.map(({ fields, name }) => [fields, name]));

/** The name of the noun that the table of fields describes. */
export const nameOf = (fields: Fields): string => names.get(fields) ?? '';
