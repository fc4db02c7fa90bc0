import { type TaskKind, waitStateOf } from '@bessemer/lifecycle';
import type { Answer, RunningInstance } from '../e2e/running-instance.js';
import {
  addressOf,
  type BenchFleet,
  type BenchNode,
  heartbeatOf,
  internetAddressOf,
  newNode,
  type WaitingNode,
} from './nodes.js';

/** How many requests are under way at a time while the instance is filled. */
const atOnce = 16;
/** The share of nodes whose task waits for an agent, and by what they wait. */
const waitingShare = 0.2;
const waitingTasks = [
  { kind: 'clean', target: 'available' },
  { kind: 'deploy', target: 'active' },
] as const;

const insertPorts = `
  INSERT INTO ports (uuid, node_uuid, address, physical_network, local_link_connection)
  SELECT gen_random_uuid(), given.node_uuid, given.address, 'provisioning',
    jsonb_build_object('switch_id', '0a:1b:2c:3d:4e:5f', 'port_id', 'Ethernet1/' || (given.index % 48), 'switch_info', 'tor')
  FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS given (node_uuid, address, index)`;

const insertTraits = `
  INSERT INTO node_traits (node_uuid, trait)
  SELECT uuid, trait FROM nodes, unnest($1::text[]) AS trait`;

const letWait = `
  UPDATE nodes SET provision_state = $2, target_provision_state = $3, provision_updated_at = now(), power_state = 'power on',
    task = gen_random_uuid(), task_kind = $4, epoch = epoch + 1, task_reason = 'Waits for the agent.', task_since = now(),
    task_deadline = now() + interval '1 day', revision = revision + 1, updated_at = now()
  WHERE uuid = ANY($1::uuid[])`;

/**
 * Fills an empty instance. Nodes come by the API, so that secrets are sealed and other services learn of them. Ports and
 * traits are inserted by the api's database role, and a fifth of the nodes is set to wait for an agent, each with a task
 * of which no conductor knows; the tokens of these agents come by look-ups, and each has beaten once.
 *
 * @param count of nodes, at least 5
 * @param say gets a line for each stage
 */
export async function fill(instance: RunningInstance, count: number, say: (line: string) => void): Promise<BenchFleet> {
  say(`creating ${count} nodes`);
  const indexes = Array.from({ length: count }, (_, index) => index);
  const created = await inParallel(indexes, async (index): Promise<BenchNode> => {
    const answer = await instance.request('POST', '/v1/nodes', newNode(`bench-${index}`, index));
    return { uuid: textOf(accepted(answer, 201).body['uuid']), address: addressOf(index, 0) };
  });
  say('adding ports and traits');
  await addPorts(instance, created);
  await instance.query('api', insertTraits, [['CUSTOM_BENCH', 'HW_CPU_X86_VMX']]);
  const waiting = await startWaiting(instance, created.slice(0, Math.ceil(count * waitingShare)), say);
  for (const table of ['nodes', 'ports', 'node_traits']) await instance.query('api', `VACUUM (ANALYZE) ${table}`);
  const byUuid = new Map(created.map((node) => [node.uuid, node]));
  const listed = await instance.query<{ uuid: string }>('api', 'SELECT uuid FROM nodes ORDER BY id');
  const nodes = listed.flatMap(({ uuid }) => byUuid.get(uuid) ?? []);
  return { nodes, idle: created.slice(waiting.length), waiting };
}

async function addPorts(instance: RunningInstance, nodes: readonly BenchNode[]): Promise<void> {
  const uuids = nodes.map(({ uuid }) => uuid);
  await instance.query('api', insertPorts, [uuids, nodes.map(({ address }) => address)]);
  await instance.query('api', insertPorts, [uuids, nodes.map((_, index) => addressOf(index, 1))]);
}

async function startWaiting(
  instance: RunningInstance,
  nodes: readonly BenchNode[],
  say: (line: string) => void,
): Promise<WaitingNode[]> {
  say(`letting ${nodes.length} of them wait for their agents`);
  for (const [index, { kind, target }] of waitingTasks.entries()) {
    const uuids = nodes.filter((_, place) => place % waitingTasks.length === index).map(({ uuid }) => uuid);
    await instance.query('api', letWait, [uuids, requireWaitState(kind), target, kind]);
  }
  const indexes = nodes.map((node, index) => ({ node, index }));
  return await inParallel(indexes, async ({ node, index }) => {
    const answer = accepted(await instance.get(`/v1/lookup?addresses=${node.address}`), 200);
    const config = answer.body['config'] as Record<string, unknown>;
    const token = textOf(config['agent_token']);
    const agent = { ...node, token, callbackUrl: `https://${internetAddressOf(index)}:9999` };
    accepted(await instance.request('POST', `/v1/heartbeat/${node.uuid}`, heartbeatOf(agent)), 202);
    return agent;
  });
}

function requireWaitState(kind: TaskKind): string {
  const state = waitStateOf(kind);
  if (state === null) throw new Error(`a task of the kind ${kind} never waits`);
  return state;
}

function accepted(answer: Answer, status: number): Answer {
  if (answer.status !== status) throw new Error(`the instance could not be filled: ${answer.status} ${answer.text}`);
  return answer;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new Error(`an answer holds ${JSON.stringify(value)} where text was expected`);
}

/** Does the work for all inputs, some at a time, and returns what came of each in their order. */
async function inParallel<Input, Output>(
  inputs: readonly Input[],
  work: (input: Input) => Promise<Output>,
): Promise<Output[]> {
  const outputs: Output[] = [];
  const queue = inputs.entries();
  const take = async (): Promise<void> => {
    for (const [index, input] of queue) outputs[index] = await work(input);
  };
  await Promise.all(Array.from({ length: atOnce }, take));
  return outputs;
}
