import { catalogue, encodeToken, eventFilter } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';

/** Which public events a reader wants; without any of these all of them. */
export interface EventFilter {
  /** Those of this node. */
  readonly node?: string;
  /** Those of this workflow. */
  readonly workflow?: string;
  /** Those of this kind of resource, for example `port`. */
  readonly resource?: string;
  /** Those whose type begins so, for example `baremetal.node.provision_set`. */
  readonly type?: string;
}

/** What the catalogue says of one kind of public event. */
interface Kind {
  readonly resource: string;
  /** The beginning that all of its types have. */
  readonly head: string;
}

const source = eventFilter('api').replace('>', '');

const kinds: readonly Kind[] = catalogue
  .filter(({ subject, isInternal }) => subject.startsWith(source) && isInternal !== true)
  .map(({ subject, type }) => ({
    resource: subject.slice(source.length).split('.')[0] ?? '',
    head: type.split('<')[0] ?? '',
  }));

/** How the types of events begin that services tell each other alone. */
const internalHeads = catalogue
  .filter(({ isInternal }) => isInternal === true)
  .map(({ type }) => type.split('<')[0] ?? type);

const resources = [...new Set(kinds.map(({ resource }) => resource))].sort();

const invalid = (message: string, field: string, remedy: string): BessemerError =>
  new BessemerError('invalid', message, { field, remedy });

const mayBegin = ({ head }: Kind, type: string): boolean => head.startsWith(type) || type.startsWith(head);

/** The resources that events of the filter may be of. */
function resourcesOf({ node, workflow, resource, type = '' }: EventFilter): Set<string> {
  const wanted = [node === undefined ? resource : 'node', workflow === undefined ? resource : 'workflow', resource];
  const possible = kinds.filter(
    (kind) => mayBegin(kind, type) && wanted.every((name) => name === undefined || name === kind.resource),
  );
  return new Set(possible.map((kind) => kind.resource));
}

/**
 * Refuses a filter that no event can ever pass.
 *
 * @throws `invalid`, naming the parameter
 */
export function requireFilter(filter: EventFilter): void {
  const { node, workflow, resource, type } = filter;
  if (resource !== undefined && !resources.includes(resource))
    throw invalid(`No event is of the resource "${resource}".`, 'resource', `Name one of ${resources.join(', ')}.`);
  if (type !== undefined && !kinds.some((kind) => mayBegin(kind, type)))
    throw invalid(`The type of no event begins with "${type}".`, 'type', 'See the reference of events for the types.');
  if (node !== undefined && workflow !== undefined)
    throw invalid('Only one of node and workflow may be given.', 'workflow', 'Follow each in a stream of its own.');
  if (resourcesOf(filter).size === 0)
    throw invalid(
      'No event can be of all that is asked for.',
      type === undefined ? 'resource' : 'type',
      'Leave one of them out.',
    );
}

/** The subjects that hold all events of the filter, and as few others as can be told by subjects. */
export function subjectOf(filter: EventFilter): string {
  const [resource, ...others] = resourcesOf(filter);
  if (resource === undefined || others.length > 0) return eventFilter('api');
  const id = filter.node ?? filter.workflow;
  return `${source}${encodeToken(resource)}.${id === undefined ? '*' : encodeToken(id)}.*`;
}

/** Whether an event that came by the subjects of the filter passes it. */
export const passes = ({ type }: EventFilter, event: { readonly type: string }): boolean =>
  !internalHeads.some((head) => event.type.startsWith(head)) && (type === undefined || event.type.startsWith(type));
