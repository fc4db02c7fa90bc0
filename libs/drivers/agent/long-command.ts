import { isJsonObject, type JsonObject } from '@bessemer/contracts';
import type { StepContext } from '../core/context.js';
import { fail, type StepOutcome } from '../core/outcome.js';
import { deadline } from '../core/ramdisk.js';
import { AgentBusyError, type AgentClient, type AgentCommand, AgentSilentError, commandDetails } from './client.js';

/** A command that works for long and is followed through heartbeats and the agent's list of commands. */
export interface LongCommand {
  /** With its extension, for example `deploy.execute_deploy_step`. */
  name: string;
  /** Its parameters, asked for only when it is about to be sent. */
  params(): Promise<JsonObject>;
  /** What it does, for people: `erase_devices`. */
  title: string;
  /** Seconds without a heartbeat until the wait ends by time-out. */
  timeout: number;
  /** What is remembered with it; the context's memory unless given. */
  memory?: JsonObject;
  /** Whether a command of this name in the list is this one; its id is looked at besides. */
  matches(command: AgentCommand): boolean;
  /** It has succeeded. */
  succeeded(command: AgentCommand): Promise<StepOutcome>;
  /** The hardware managers of the agent are of another version now. */
  versionMismatch?(): Promise<StepOutcome>;
}

/**
 * What is remembered before the command is sent: the ids that the agent had listed until then, so that a conductor that
 * takes over tells this command from an earlier one of the same kind.
 */
interface Marker {
  command: string;
  known: string[];
  id?: string;
}

function markerOf(context: StepContext, name: string): Marker | undefined {
  const marker = context.memory['agentCommand'];
  if (!isJsonObject(marker) || marker['command'] !== name) return undefined;
  const known = Array.isArray(marker['known']) ? marker['known'].map(String) : [];
  return { command: name, known, ...(typeof marker['id'] === 'string' ? { id: marker['id'] } : {}) };
}

function remembered(context: StepContext, command: LongCommand, marker: Marker): JsonObject {
  return { ...(command.memory ?? context.memory), agentCommand: { ...marker } };
}

/**
 * Sends the command, or goes on with the one that was sent. The agent's own list decides which: whatever happens to the
 * conductor between sending and writing that down, the command stands in the list once.
 */
export async function followCommand(
  context: StepContext,
  agent: AgentClient,
  command: LongCommand,
): Promise<StepOutcome> {
  const marker = markerOf(context, command.name);
  const list = await agent.commands();
  const mine = marker && findMine(list, marker, command);
  if (marker && mine) return await judge(context, command, { ...marker, id: mine.id }, mine);
  if (marker && hasRestarted(list, marker))
    return fail(
      'agent-restarted',
      `The agent restarted while ${command.title} was running; what was done of it is not known. ` +
        'Look at the console of the machine, then start the operation again.',
    );
  return await start(context, agent, command, list);
}

function nameOf(command: LongCommand): string {
  return command.name.slice(command.name.indexOf('.') + 1);
}

function findMine(list: readonly AgentCommand[], marker: Marker, command: LongCommand): AgentCommand | undefined {
  if (marker.id !== undefined) return list.find((candidate) => candidate.id === marker.id);
  return list.find(
    (candidate) =>
      candidate.command_name === nameOf(command) && !marker.known.includes(candidate.id) && command.matches(candidate),
  );
}

function hasRestarted(list: readonly AgentCommand[], marker: Marker): boolean {
  if (marker.id !== undefined) return true;
  return marker.known.length > 0 && !list.some((candidate) => marker.known.includes(candidate.id));
}

async function start(
  context: StepContext,
  agent: AgentClient,
  command: LongCommand,
  list: readonly AgentCommand[],
): Promise<StepOutcome> {
  if (list.at(-1)?.command_status === 'RUNNING') return waitFor(context, command, context.memory, 'its other command');
  const params = await command.params();
  const marker: Marker = { command: command.name, known: list.map(({ id }) => id) };
  await context.remember(remembered(context, command, marker));
  await context.progress(`the agent is given ${command.title}`);
  await context.guard();
  try {
    const sent = await agent.execute(command.name, params, false);
    return waitFor(context, command, remembered(context, command, { ...marker, id: sent.id }));
  } catch (error) {
    if (error instanceof AgentBusyError) return waitFor(context, command, context.memory, 'its other command');
    if (!(error instanceof AgentSilentError)) throw error;
    const mine = findMine(await agent.commands(), marker, command);
    if (!mine) throw error;
    return waitFor(context, command, remembered(context, command, { ...marker, id: mine.id }));
  }
}

function waitFor(context: StepContext, command: LongCommand, memory: JsonObject, what = command.title): StepOutcome {
  return {
    kind: 'wait',
    for: 'agent',
    reason: `waiting for the agent to finish ${what}`,
    until: deadline(context, command.timeout),
    memory,
  };
}

async function judge(
  context: StepContext,
  command: LongCommand,
  marker: Marker,
  mine: AgentCommand,
): Promise<StepOutcome> {
  switch (mine.command_status) {
    case 'RUNNING':
      return waitFor(context, command, remembered(context, command, marker));
    case 'SUCCEEDED':
      return await command.succeeded(mine);
    case 'CLEAN_VERSION_MISMATCH':
    case 'VERSION_MISMATCH':
      if (command.versionMismatch) return await command.versionMismatch();
      return fail('agent-version-mismatch', `The agent changed while ${command.title} was to run. Start it again.`);
    default:
      // The executor says which step it was; operators know the agent's own words behind that.
      return fail('agent-command-failed', commandDetails(mine));
  }
}
