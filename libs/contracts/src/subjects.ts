/**
 * Names of streams, durables and subjects (DESIGN.md §3). Free text becomes one subject token by a reversible encoding:
 * characters outside `[a-z0-9-]` are written `_xx` per UTF-8 byte, and the empty text is `_`.
 */

/** The two JetStream streams. */
export const streams = {
  work: { name: 'WORK', subjects: ['metal.work.>'] },
  events: { name: 'EVENTS', subjects: ['metal.event.>'] },
} as const;

/** The services that take part on the bus. */
export const serviceNames = ['api', 'conductor', 'inspector', 'dhcp'] as const;
/** One of {@link serviceNames}. */
export type ServiceName = (typeof serviceNames)[number];

/**
 * Lanes of work, each with a consumer of its own, so that none waits behind another. `signal` carries what wakes or
 * stops a task that runs already: heartbeats, aborts, unholds.
 */
export const lanes = ['provision', 'power', 'signal', 'periodic'] as const;
/** One of {@link lanes}. */
export type Lane = (typeof lanes)[number];

/** Encodes any text as one NATS subject token. */
export function encodeToken(text: string): string {
  if (text === '') return '_';
  if (/^[a-z0-9-]+$/.test(text)) return text;
  return [...Buffer.from(text, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[a-z0-9-]/.test(character) ? character : `_${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}

/** The text that {@link encodeToken} made the token of. */
export function decodeToken(token: string): string {
  if (token === '_') return '';
  const bytes: number[] = [];
  for (let index = 0; index < token.length; index += 1) {
    if (token[index] === '_') {
      bytes.push(Number.parseInt(token.slice(index + 1, index + 3), 16));
      index += 2;
    } else bytes.push(token.charCodeAt(index));
  }
  return Buffer.from(bytes).toString('utf8');
}

/** The subject of a command: `metal.work.<lane>.<conductor_group>.<hardware_type>.<kind>`. */
export function workSubject(lane: Lane, conductorGroup: string, hardwareType: string, kind: string): string {
  return `metal.work.${lane}.${encodeToken(conductorGroup)}.${encodeToken(hardwareType)}.${encodeToken(kind)}`;
}

/** The filter of the consumer that serves one lane, group and hardware type. */
export function workFilter(lane: Lane, conductorGroup: string, hardwareType: string): string {
  return `metal.work.${lane}.${encodeToken(conductorGroup)}.${encodeToken(hardwareType)}.>`;
}

/** The durable consumer that all conductors share which serve one lane, group and hardware type. */
export function workDurable(lane: Lane, conductorGroup: string, hardwareType: string): string {
  return `work-${lane}-${encodeToken(conductorGroup)}-${encodeToken(hardwareType)}`;
}

/** The subject of an event: `metal.event.<service>.<resource>.<id>.<what>`. */
export function eventSubject(service: ServiceName, resource: string, id: string, what: string): string {
  return `metal.event.${service}.${encodeToken(resource)}.${encodeToken(id)}.${encodeToken(what)}`;
}

/** The filter of all events of one service. */
export function eventFilter(source: ServiceName): string {
  return `metal.event.${source}.>`;
}

/** The durable with which one service follows the events of another. */
export function eventDurable(consumer: ServiceName, source: ServiceName): string {
  return `${consumer}-from-${source}`;
}

/** The subject of a question to a service: `metal.rpc.<service>.<method>`. */
export function rpcSubject(service: ServiceName, method: string): string {
  return `metal.rpc.${service}.${encodeToken(method)}`;
}

/** The subject of a question to any conductor of a group and type: `metal.rpc.conductor.<group>.<type>.<method>`. */
export function conductorRpcSubject(conductorGroup: string, hardwareType: string, method: string): string {
  return `metal.rpc.conductor.${encodeToken(conductorGroup)}.${encodeToken(hardwareType)}.${encodeToken(method)}`;
}
