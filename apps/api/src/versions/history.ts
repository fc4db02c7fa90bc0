import { factsOfVerb, initialState, presentedState, provisionStates, verbs } from '@bessemer/lifecycle';
import { type Behaviour, behaviours, signals } from './behaviours.js';
import type { Fields } from './field.js';
import { nouns } from './nouns.js';
import { powerTargets } from './power-members.js';
import type { Route } from './route.js';
import { routes } from './routes/index.js';
import { verbArguments } from './verb-arguments.js';
import { newestMinor, oldestMinor } from './version.js';

/** One thing that an API version brought or took away. */
export interface VersionChange {
  readonly minor: number;
  /** One sentence. */
  readonly text: string;
}

const shownPath = (path: string): string => path.replaceAll(/:(\w+)/g, '{$1}');
const shownRoute = ({ method, path }: Route): string => `\`${method} ${shownPath(path)}\``;
const came = (since: number | undefined): since is number => since !== undefined && since > oldestMinor;

const listOf = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');
const fieldsNamed = (names: readonly string[]): string => `the field${names.length === 1 ? '' : 's'} ${listOf(names)}`;

/** Fields that came or went together are one change. */
function fieldChanges(what: string, fields: Fields, birth: number): VersionChange[] {
  const [arrived, left] = [new Map<number, string[]>(), new Map<number, string[]>()];
  for (const [name, { since, until }] of Object.entries(fields)) {
    if (came(since) && since > birth) arrived.set(since, [...(arrived.get(since) ?? []), name]);
    if (until !== undefined) left.set(until + 1, [...(left.get(until + 1) ?? []), name]);
  }
  return [
    ...[...arrived].map(([minor, names]) => ({ minor, text: `${what} has ${fieldsNamed(names)}.` })),
    ...[...left].map(([minor, names]) => ({ minor, text: `${what} has no more ${fieldsNamed(names)}.` })),
  ];
}

const nounChanges = (): VersionChange[] =>
  nouns.flatMap(({ name, fields, routes: own }) => {
    const birth = Math.min(...own.map(({ since = oldestMinor }) => since));
    return fieldChanges(`${name}`, fields, birth);
  });

const routeChanges = (): VersionChange[] =>
  routes
    .filter(({ since, own }) => came(since) && own !== true)
    .map((route) => ({ minor: route.since ?? oldestMinor, text: `${shownRoute(route)}: ${route.summary}` }));

/** A parameter that several routes take from the same version on is one change. */
function parameterChanges(): VersionChange[] {
  const takers = new Map<string, { minor: number; name: string; routes: string[] }>();
  for (const route of routes)
    for (const [name, { since }] of Object.entries(route.query ?? {})) {
      if (!came(since) || since <= (route.since ?? oldestMinor)) continue;
      const key = `${since} ${name}`;
      const taker = takers.get(key) ?? { minor: since, name, routes: [] };
      taker.routes.push(shownRoute(route));
      takers.set(key, taker);
    }
  return [...takers.values()].map(({ minor, name, routes: by }) => ({
    minor,
    text: `The query parameter \`${name}\` is taken by ${by.join(', ')}.`,
  }));
}

const memberChanges = (): VersionChange[] =>
  routes.flatMap((route) =>
    route.body !== undefined && 'members' in route.body
      ? fieldChanges(`The body of ${shownRoute(route)}`, route.body.members, route.since ?? oldestMinor)
      : [],
  );

const powerChanges = (): VersionChange[] =>
  Object.entries(powerTargets).flatMap(([name, { since }]) =>
    came(since) ? [{ minor: since, text: `A power change may aim at \`${name}\`.` }] : [],
  );

const verbChanges = (): VersionChange[] =>
  verbs.flatMap((verb) => {
    const { since, sinceIn = {}, meaning } = factsOfVerb(verb);
    const later = Object.entries(sinceIn).map(([state, minor]) => ({
      minor,
      text: `The verb \`${verb}\` is taken in the state \`${state}\`.`,
    }));
    return [...(came(since) ? [{ minor: since, text: `The verb \`${verb}\`: ${meaning}` }] : []), ...later];
  });

const argumentChanges = (): VersionChange[] =>
  Object.entries(verbArguments).flatMap(([name, { since = {} }]) =>
    Object.entries(since).map(([verb, minor]) => ({ minor, text: `The verb \`${verb}\` takes \`${name}\`.` })),
  );

/** How states are named is asked of the lifecycle, version by version. */
function stateChanges(): VersionChange[] {
  const changes: VersionChange[] = [];
  for (let minor = oldestMinor + 1; minor <= newestMinor; minor += 1) {
    for (const state of provisionStates) {
      const [now, before] = [presentedState(state, minor), presentedState(state, minor - 1)];
      if (now !== before)
        changes.push({ minor, text: `The state \`${state}\` is shown as \`${now}\`; before as \`${before}\`.` });
    }
    const [now, before] = [initialState(minor), initialState(minor - 1)];
    if (now !== before) changes.push({ minor, text: `New nodes begin in \`${now}\`; before in \`${before}\`.` });
  }
  return changes;
}

const behaviourChanges = (): VersionChange[] =>
  Object.values(behaviours).flatMap(({ since, until, summary }: Behaviour) => [
    { minor: since, text: summary },
    ...(until === undefined ? [] : [{ minor: until + 1, text: `No more: ${summary}` }]),
  ]);

const signalChanges = (): VersionChange[] =>
  Object.entries(signals).map(([minor, summary]) => ({ minor: Number(minor), text: summary }));

/** Everything that API versions brought and took away, in their order, from the one table of versions. */
export const versionHistory = (): VersionChange[] =>
  [
    ...routeChanges(),
    ...nounChanges(),
    ...parameterChanges(),
    ...memberChanges(),
    ...powerChanges(),
    ...verbChanges(),
    ...argumentChanges(),
    ...stateChanges(),
    ...behaviourChanges(),
    ...signalChanges(),
  ].sort((one, other) => one.minor - other.minor);
