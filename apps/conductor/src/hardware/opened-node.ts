import type { JsonObject, NodeRecord } from '@bessemer/contracts';
import type { NodeView } from '@bessemer/drivers';
import { isSealed, openSecrets, openStepArguments, openValue, type SealingKey } from '@bessemer/secrets';

const mask = '******';
/** Shorter secrets would mask innocent parts of a text; nobody may rely on them anyway. */
const shortestMasked = 3;
/** Arguments that are lists of steps: they stay sealed until a step of them runs, since plans are journaled and shown. */
const stepLists = ['clean_steps', 'deploy_steps', 'service_steps'];

/** A node with its secrets open, and what must never be shown of it. */
export interface OpenedNode {
  node: NodeView;
  arguments: JsonObject;
  secrets: string[];
}

/** Opens what is sealed to the conductors, right when a context is built and nowhere else. */
export class SecretsOpener {
  /** @param keys the current key and older ones */
  constructor(private readonly keys: readonly SealingKey[]) {}

  /**
   * Opens the secrets of a record, and those of the verb's arguments but for the arguments of its steps.
   * @throws `internal` when one was sealed to a key that is not held here
   */
  open(record: NodeRecord, args: JsonObject): OpenedNode {
    const context = (field: string) => ({ node: record.uuid, field });
    const driver_info = openSecrets(record.driver_info, this.keys, context('driver_info'));
    const instance_info = openSecrets(record.instance_info, this.keys, context('instance_info'));
    const steps = Object.fromEntries(Object.entries(args).filter(([name]) => stepLists.includes(name)));
    const opened = { ...openSecrets(without(args, stepLists), this.keys, context('arguments')), ...steps };
    const secrets = [
      ...secretTexts(record.driver_info, driver_info),
      ...secretTexts(record.instance_info, instance_info),
      ...secretTexts(args, opened),
    ];
    return { node: { ...record, driver_info, instance_info }, arguments: opened, secrets };
  }

  /** Opens the arguments of one step, right before it runs. Throws as {@link open}. */
  openStep(args: JsonObject): { args: JsonObject; secrets: string[] } {
    const opened = openStepArguments(args, this.keys);
    return { args: opened, secrets: secretTexts(args, opened) };
  }

  /** Opens the token of a node's agent. Throws as {@link open}. */
  openToken(node: string, sealed: unknown): string {
    return isSealed(sealed) ? String(openValue(this.keys, sealed, { node, field: 'agent_token' })) : '';
  }
}

const without = (args: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(args).filter(([name]) => !names.includes(name)));

/** The text without any of the secrets. */
export function scrub(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= shortestMasked)
    .reduce((scrubbed, secret) => scrubbed.split(secret).join(mask), text);
}

function secretTexts(sealed: unknown, opened: unknown): string[] {
  if (isSealed(sealed)) return typeof opened === 'string' ? [opened] : [JSON.stringify(opened), ...textsIn(opened)];
  if (sealed === null || typeof sealed !== 'object' || opened === null || typeof opened !== 'object') return [];
  const values = new Map(Object.entries(opened));
  return Object.entries(sealed).flatMap(([name, value]) => secretTexts(value, values.get(name)));
}

/** What is sealed as a whole may show piece by piece. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value === null || typeof value !== 'object' ? [] : Object.values(value).flatMap(textsIn);
}
