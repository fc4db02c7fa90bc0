import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { BessemerError } from '@bessemer/errors';
import { callApi, RefusedError } from '../api-client/api-client.js';
import { followEvents } from '../api-client/event-stream.js';
import { DataFolder } from '../instance/data-folder.js';
import { readState } from '../instance/instance-state.js';

/** Options of `./bessemer node import`. */
export interface ImportFileOptions {
  /** Path of the file, or `-`. */
  file: string;
  dataDir: string;
  /** Instead of the instance of `dataDir`. */
  apiUrl?: string;
  introspect: boolean;
  provide: boolean;
}

interface Problem {
  index: number | null;
  field: string | null;
  message: string;
}

interface Item {
  index: number;
  node: string;
  created: boolean;
  state: string;
  goal: string | null;
  reason: string | null;
  error: string | null;
}

interface Workflow {
  uuid: string;
  state: string;
  items: Item[];
  warnings?: Problem[];
}

/**
 * Imports a file and tells how each machine comes along, until the last one has arrived or failed.
 *
 * @param options what to import, and where to
 * @param print takes each line
 * @returns whether every machine has arrived
 * @throws `invalid` for a file that cannot be read; problems of its records are printed
 */
export async function importFile(options: ImportFileOptions, print: (line: string) => void): Promise<boolean> {
  const content = await readContent(options.file);
  const apiUrl = options.apiUrl ?? (await urlOfInstance(options.dataDir));
  const query = `introspect=${options.introspect}&provide=${options.provide}`;
  let workflow: Workflow;
  try {
    workflow = await callApi<Workflow>(`${apiUrl}/v1/workflows/import?${query}`, { method: 'POST', body: content });
  } catch (error) {
    const problems = problemsOf(error);
    if (problems.length === 0) throw error;
    for (const problem of problems) print(`error    ${describe(problem)}`);
    print(`${problems.length} problems; nothing was imported`);
    return false;
  }
  for (const warning of workflow.warnings ?? []) print(`warning  ${describe(warning)}`);
  for (const item of workflow.items)
    print(`node #${item.index}: ${item.node} ${item.created ? 'registered' : 'was registered already, updated'}`);
  return follow(apiUrl, workflow.uuid, print);
}

async function follow(apiUrl: string, uuid: string, print: (line: string) => void): Promise<boolean> {
  const ended = new AbortController();
  const show = async () => callApi<Workflow>(`${apiUrl}/v1/workflows/${uuid}`);
  const events = followEvents(`${apiUrl}/v1/events/stream?workflow=${uuid}&since=1`, ended.signal);
  for await (const { type, data } of events) {
    const item = data['data'] as Partial<Item> & { state: string };
    if (type === 'bessemer.workflow.finished') break;
    const doing = item.error ?? item.reason ?? item.goal ?? '';
    print(`node #${item.index}: ${item.state}${item.goal ? ` ${item.goal}` : ''}${doing ? `: ${doing}` : ''}`);
  }
  ended.abort();
  const workflow = await show();
  const failed = workflow.items.filter((item) => item.error !== null);
  print(`${workflow.items.length - failed.length} of ${workflow.items.length} machines have arrived`);
  return failed.length === 0;
}

async function readContent(file: string): Promise<unknown> {
  let content: string;
  try {
    content = file === '-' ? await text(process.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw new BessemerError('invalid', `${file} cannot be read.`, { cause: error });
  }
  try {
    return JSON.parse(content);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/["“].*/s, '').trim() : '';
    throw new BessemerError('invalid', `${file} is no JSON. ${reason}`, {
      remedy: 'An instackenv.json holds {"nodes": […]}.',
      cause: error,
    });
  }
}

async function urlOfInstance(dataDir: string): Promise<string> {
  const { processes } = await readState(new DataFolder(dataDir).stateFile);
  const url = processes.find(({ name }) => name === 'api')?.url;
  if (url === undefined)
    throw new BessemerError('unavailable', `No instance runs in ${dataDir}.`, {
      remedy: 'Start it with ./bessemer up, or name the API with --api.',
    });
  return url;
}

function problemsOf(error: unknown): Problem[] {
  if (!(error instanceof RefusedError) || typeof error.body !== 'object' || error.body === null) return [];
  const problems = 'problems' in error.body ? error.body.problems : [];
  return Array.isArray(problems) ? problems : [];
}

function describe({ index, field, message }: Problem): string {
  return `${index === null ? 'file' : `node #${index}`}${field === null ? '' : `, ${field}`}: ${message}`;
}
