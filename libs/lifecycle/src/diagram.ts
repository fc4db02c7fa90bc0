/** The lifecycle as a document: a diagram and tables, rendered from the data. */
import { statesAccepting } from './decision.js';
import { type Phase, type ProvisionState, provisionStates, stateFacts, statesInPhase } from './states.js';
import { failedStateOf, holdStateOf, taskKinds, taskOf, waitStateOf, waitTimeoutOf, workStateOf } from './tasks.js';
import { transitions, transitionTable } from './transitions.js';
import { factsOfVerb, minimumVersionOf, type Verb, verbs } from './verbs.js';

const colours: Readonly<Record<Phase, string>> = {
  stable: 'fill:#d5f0d8,stroke:#2c7a39,color:#123',
  working: 'fill:#d7e6fb,stroke:#2a5da8,color:#123',
  waiting: 'fill:#fdf3cf,stroke:#a67c00,color:#123',
  held: 'fill:#eadcf7,stroke:#6b3fa0,color:#123',
  failed: 'fill:#fbdcdc,stroke:#a83232,color:#123',
};

const phases: readonly Phase[] = ['stable', 'working', 'waiting', 'held', 'failed'];

const identifier = (state: ProvisionState): string => state.replaceAll(/[^a-z]/g, '_');

const code = (text: string | null): string => (text === null ? '–' : `\`${text}\``);

const list = (texts: readonly string[]): string => (texts.length === 0 ? '–' : texts.map(code).join(', '));

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

/** The mermaid source of the state diagram: one arrow for each pair of states, labelled with its events. */
export function renderDiagram(): string {
  const labels = new Map<string, string[]>();
  for (const { from, event, to } of transitions) {
    const arrow = `${identifier(from)} --> ${identifier(to)}`;
    labels.set(arrow, [...(labels.get(arrow) ?? []), event]);
  }
  return [
    'stateDiagram-v2',
    ...provisionStates.map((state) => `  state "${state}" as ${identifier(state)}`),
    '  [*] --> enroll',
    ...[...labels].map(([arrow, events]) => `  ${arrow} : ${events.join(', ')}`),
    ...phases.map((phase) => `  classDef ${phase} ${colours[phase]}`),
    ...phases.map((phase) => `  class ${statesInPhase(phase).map(identifier).join(',')} ${phase}`),
  ].join('\n');
}

function stateRows(): string[][] {
  return provisionStates.map((state) => {
    const { phase, target, meaning } = stateFacts[state];
    return [code(state), phase, code(target), code(taskOf(state)), meaning];
  });
}

function effectOf(verb: Verb): string {
  const effects = statesAccepting(verb).map((state) => {
    const next = transitionTable[state][factsOfVerb(verb).event];
    return next !== undefined && stateFacts[next].phase === 'working'
      ? `starts ${code(taskOf(next))}`
      : code(next ?? null);
  });
  return [...new Set(effects)].join(', ');
}

function verbRows(): string[][] {
  return verbs.map((verb) => {
    const facts = factsOfVerb(verb);
    const states = statesAccepting(verb).map((state) => {
      const since = minimumVersionOf(verb, state);
      return since > facts.since ? `${code(state)} (1.${since})` : code(state);
    });
    const guards = [
      facts.inMaintenance === 'refused' ? 'maintenance' : '',
      facts.inMaintenance === 'by-configuration' ? 'maintenance, if so configured' : '',
      facts.refusedWhenProtected === true ? 'protected' : '',
      facts.refusedWhenRetired === true ? 'retired' : '',
    ].filter((guard) => guard !== '');
    return [
      code(verb),
      code(facts.event),
      `1.${facts.since}`,
      states.join(', '),
      effectOf(verb),
      guards.join(', ') || '–',
      facts.meaning,
    ];
  });
}

function taskRows(): string[][] {
  return taskKinds.map((task) => {
    const wait = waitStateOf(task);
    const timeout = wait === null ? null : waitTimeoutOf(wait);
    return [
      code(task),
      code(workStateOf(task)),
      code(wait),
      code(holdStateOf(task)),
      code(failedStateOf(task)),
      timeout === null ? '–' : `${code(timeout.option)}, ${timeout.seconds} s`,
    ];
  });
}

function transitionRows(): string[][] {
  return provisionStates.map((from) => {
    const leaving = transitions.filter((transition) => transition.from === from);
    const entering = transitions.filter((transition) => transition.to === from).map((transition) => transition.from);
    return [
      code(from),
      leaving.map(({ event, to }) => `${code(event)} → ${code(to)}`).join('<br>'),
      list([...new Set(entering)]),
    ];
  });
}

/** The whole reference page as markdown, ending with a line break. */
export function renderLifecycle(): string {
  return [
    '# Lifecycle',
    '',
    '<!-- Generated from libs/lifecycle by `node libs/lifecycle/dist/generate.js`. Do not edit. -->',
    '',
    `A node is in one of ${provisionStates.length} provision states and moves along ${transitions.length} transitions. ` +
      'What is not drawn here does not happen: the state is never set by hand.',
    '',
    '```mermaid',
    renderDiagram(),
    '```',
    '',
    'Green states are stable, blue ones work, yellow ones wait for an agent, violet ones are held, red ones have failed.',
    '',
    '## States',
    '',
    'The target is the `target_provision_state` on entering the state; manual cleaning carries `manageable` instead of',
    '`available`, and keeps it while it waits, is held or fails.',
    '',
    ...table(['State', 'Phase', 'Target', 'Task', 'Meaning'], stateRows()),
    '',
    '## Verbs',
    '',
    'The `target` of `PUT /v1/nodes/{node}/states/provision`, the API version that first knows it, the states that',
    'accept it, and what refuses it there.',
    '',
    ...table(['Verb', 'Event', 'Since', 'Accepted in', 'Leads to', 'Refused when', 'Meaning'], verbRows()),
    '',
    '## Tasks',
    '',
    'The states that a task passes through, and when one that waits is given up.',
    '',
    ...table(['Task', 'Works in', 'Waits in', 'Is held in', 'Fails to', 'Time-out'], taskRows()),
    '',
    '## Transitions',
    '',
    ...table(['State', 'Leaves by', 'Is reached from'], transitionRows()),
    '',
  ].join('\n');
}
