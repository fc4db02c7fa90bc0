import { eventDurable, type ServiceName, serviceNames } from '@bessemer/contracts';

/** The read-only user of everyone who follows events. */
export const subscriberUser = 'subscriber';

/** The users of the bus: one a service, and the read-only one. */
export type BusUser = ServiceName | typeof subscriberUser;

/** All users of the bus. */
export const busUsers: readonly BusUser[] = [...serviceNames, subscriberUser];

/** What the configuration of a nats-server is made of. */
export interface NatsConfigurationOptions {
  /** Default: 127.0.0.1. */
  host?: string;
  port: number;
  /** Folder in which JetStream keeps its files. */
  storeDir: string;
  /** The password of each user, as a bcrypt hash or in clear; in clear the file that takes the text must have mode 0600. */
  passwords: Record<BusUser, string>;
}

/** What a user may publish and what it may subscribe to. */
export interface BusPermissions {
  publish: { allow: string[]; deny: string[] };
  subscribe: { allow: string[] };
}

/** How a service learns that a stream was made anew or a consumer deleted. */
const advisories = ['$JS.EVENT.ADVISORY.STREAM.>', '$JS.EVENT.ADVISORY.CONSUMER.DELETED.>'];

/** The services that each one asks. */
const asks: Record<ServiceName, readonly ServiceName[]> = {
  api: ['conductor', 'inspector'],
  conductor: ['api', 'dhcp'],
  inspector: ['api'],
  dhcp: ['api'],
};

/** The services that publish commands, and those that take them. */
const commands = { publishers: ['api'], consumers: ['conductor'] } as const satisfies Record<string, ServiceName[]>;

/** What a service does with consumers of EVENTS, by name. */
const consumerRequests = ['CREATE', 'DURABLE.CREATE', 'DELETE', 'INFO', 'MSG.NEXT'];

/** The rights of one user: exactly what the service says and hears, and the JetStream requests that this takes. */
export function permissionsOf(user: BusUser): BusPermissions {
  return user === subscriberUser ? subscriberPermissions() : servicePermissions(user);
}

/** The text of a nats-server configuration (2.9 or later): one user a service with its own rights, and the read-only one. */
export function natsConfiguration(options: NatsConfigurationOptions): string {
  const users = busUsers.map((user) => userText(user, options.passwords[user]));
  return [
    `listen: ${quote(`${options.host ?? '127.0.0.1'}:${options.port}`)}`,
    'max_payload: 1MB',
    'ping_interval: "20s"',
    'jetstream {',
    `  store_dir: ${quote(options.storeDir)}`,
    '}',
    'authorization {',
    '  users = [',
    ...users,
    '  ]',
    '}',
    '',
  ].join('\n');
}

function servicePermissions(service: ServiceName): BusPermissions {
  const publish = [
    `metal.event.${service}.>`,
    ...asks[service].map((other) => `metal.rpc.${other}.>`),
    ...serviceNames.filter((other) => asks[other].includes(service)).map(inboxOf),
    '$JS.API.INFO',
    ...['INFO', 'CREATE', 'UPDATE'].flatMap((verb) => [`$JS.API.STREAM.${verb}.WORK`, `$JS.API.STREAM.${verb}.EVENTS`]),
    '$JS.API.STREAM.MSG.GET.EVENTS',
    ...consumerRequests.map((verb) => `$JS.API.CONSUMER.${verb}.EVENTS.>`),
    ...durablesOf(service).map((durable) => `$JS.ACK.EVENTS.${durable}.>`),
  ];
  if (includes(commands.publishers, service)) publish.push('metal.work.>');
  if (includes(commands.consumers, service)) {
    publish.push(...consumerRequests.map((verb) => `$JS.API.CONSUMER.${verb}.WORK.>`), '$JS.ACK.WORK.>');
  }
  const others = serviceNames.filter((other) => other !== service);
  return {
    publish: { allow: publish, deny: others.flatMap(durablesOf).flatMap(requestsOfDurable) },
    subscribe: { allow: [inboxOf(service), `metal.rpc.${service}.>`, ...advisories] },
  };
}

function subscriberPermissions(): BusPermissions {
  return {
    publish: {
      allow: [
        '$JS.API.INFO',
        '$JS.API.STREAM.INFO.EVENTS',
        '$JS.API.CONSUMER.CREATE.EVENTS.>',
        ...['DELETE', 'INFO', 'MSG.NEXT'].map((verb) => `$JS.API.CONSUMER.${verb}.EVENTS.*`),
        '$JS.FC.EVENTS.>',
      ],
      // A consumer of its own it may make, but not touch those of the services.
      deny: serviceNames.flatMap(durablesOf).flatMap(requestsOfDurable),
    },
    subscribe: { allow: [inboxOf(subscriberUser), 'metal.event.>'] },
  };
}

/**
 * Where a user gets answers. Who answers questions may publish there outright, not by nats-server's `allow_responses`: that remembers
 * each message with a reply subject, so every one that JetStream delivers, and looks through all of them at each delivery. What is
 * given up by it: a service could answer in the place of another to one that asks it too, if it guessed the question's own subject.
 */
function inboxOf(user: BusUser): string {
  return `_INBOX_${user}.>`;
}

/** The durables with which a service follows the events of each service. */
function durablesOf(service: ServiceName): string[] {
  return serviceNames.map((source) => eventDurable(service, source));
}

function requestsOfDurable(durable: string): string[] {
  const requests = consumerRequests.map((verb) => `$JS.API.CONSUMER.${verb}.EVENTS.${durable}`);
  return [...requests, `$JS.API.CONSUMER.CREATE.EVENTS.${durable}.>`];
}

function userText(user: BusUser, password: string): string {
  const { publish, subscribe } = permissionsOf(user);
  const lines = [
    '    {',
    `      user: ${quote(user)}`,
    `      password: ${quote(password)}`,
    '      permissions {',
    `        publish { allow: ${list(publish.allow)}, deny: ${list(publish.deny)} }`,
    `        subscribe { allow: ${list(subscribe.allow)} }`,
    '      }',
    '    }',
  ];
  return lines.join('\n');
}

function list(subjects: readonly string[]): string {
  return `[\n${subjects.map((subject) => `          ${quote(subject)}`).join('\n')}\n        ]`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function includes(names: readonly ServiceName[], name: ServiceName): boolean {
  return names.includes(name);
}
