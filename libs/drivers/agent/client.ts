import { isJsonObject, type Json, type JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import { Agent, request } from 'undici';
import type { AgentContact } from '../core/context.js';
import { pause } from '../core/pause.js';

/** One command as the agent lists it (reference: agent.md §5). */
export interface AgentCommand {
  id: string;
  /** Name without the extension, for example `execute_clean_step`. */
  command_name: string;
  command_params: JsonObject;
  command_status: string;
  command_error: Json;
  command_result: Json;
}

/** The agent does something else and takes no command now. */
export class AgentBusyError extends BessemerError {
  constructor() {
    super('conflict', 'The agent is busy with another command.', { remedy: 'Wait until its command has ended.' });
    this.name = 'AgentBusyError';
  }
}

/** Whether a command reached the agent is not known: the connection ended before the answer came. */
export class AgentSilentError extends BessemerError {
  constructor(what: string, cause: unknown) {
    super('hardware-failure', `The agent did not answer ${what}.`, {
      remedy: 'Check the network between the conductor and the machine, and the console of the machine.',
      cause,
    });
    this.name = 'AgentSilentError';
  }
}

/** What a client may be told besides the contact; the defaults are the protocol's. */
export interface AgentClientOptions {
  /** False: the certificate is not checked; a text: PEM of its authority, when the agent sent none. */
  verify?: boolean | string;
  timeoutMs?: number;
  attempts?: number;
  retryMs?: number;
}

const maxAnswerBytes = 32 * 1024 * 1024;

/**
 * Speaks the agent's REST API. The token travels in the query, as the protocol wants, and is in no message that this
 * class makes.
 */
export class AgentClient {
  private readonly dispatcher: Agent;
  private readonly base: string;
  private readonly attempts: number;
  private readonly retryMs: number;

  /**
   * @param contact address, token and certificate authority of the agent
   * @param signal ends every request
   */
  constructor(
    private readonly contact: AgentContact,
    private readonly signal: AbortSignal,
    options: AgentClientOptions = {},
  ) {
    const timeout = options.timeoutMs ?? 60_000;
    this.base = contact.callbackUrl.replace(/\/+$/, '');
    this.attempts = options.attempts ?? 3;
    this.retryMs = options.retryMs ?? 500;
    const authority = contact.verifyCa ?? (typeof options.verify === 'string' ? options.verify : undefined);
    this.dispatcher = new Agent({
      connections: 1,
      headersTimeout: timeout,
      bodyTimeout: timeout,
      maxResponseSize: maxAnswerBytes,
      connect: {
        timeout: Math.min(timeout, 10_000),
        rejectUnauthorized: options.verify !== false,
        // An agent's certificate names an address that is not known before it boots: its own authority vouches for it.
        ...(authority === undefined ? {} : { ca: authority, checkServerIdentity: () => undefined }),
      },
    });
  }

  /** Ends its connections. */
  async close(): Promise<void> {
    await this.dispatcher.destroy();
  }

  /**
   * Every command that the agent was given since it started, in order.
   * @throws `AgentSilentError`; `hardware-failure` when it refuses
   */
  async commands(): Promise<AgentCommand[]> {
    const answer = await this.persistently('the list of its commands', () => this.send('GET', '/v1/commands/'));
    const list = isJsonObject(answer) ? answer['commands'] : undefined;
    return Array.isArray(list) ? list.filter(isJsonObject).map(toCommand) : [];
  }

  /**
   * Gives a command and returns it as the agent answered.
   *
   * One that only reads (`wait` true) is sent again when the connection breaks, one that works is not: the caller looks
   * it up in the list.
   *
   * @param name with its extension, for example `clean.execute_clean_step`
   * @param wait whether the agent answers only when it has ended
   * @throws `AgentBusyError`, `AgentSilentError`; `hardware-failure` when it refuses
   */
  async execute(name: string, params: JsonObject, wait: boolean): Promise<AgentCommand> {
    const post = () => this.send('POST', `/v1/commands/?wait=${wait}`, { name, params });
    const answer = wait ? await this.persistently(name, post) : await this.once(name, post);
    return toCommand(isJsonObject(answer) ? answer : {});
  }

  private async once(what: string, work: () => Promise<Json>): Promise<Json> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof BessemerError) throw error;
      this.signal.throwIfAborted();
      throw new AgentSilentError(what, withoutToken(error));
    }
  }

  private async persistently(what: string, work: () => Promise<Json>): Promise<Json> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.once(what, work);
      } catch (error) {
        if (!(error instanceof AgentSilentError) || attempt >= this.attempts) throw error;
        await pause(this.retryMs * attempt, this.signal);
      }
    }
  }

  private async send(method: 'GET' | 'POST', path: string, body?: JsonObject): Promise<Json> {
    const url = `${this.base}${path}${path.includes('?') ? '&' : '?'}agent_token=${encodeURIComponent(this.contact.token)}`;
    const response = await request(url, {
      method,
      dispatcher: this.dispatcher,
      signal: this.signal,
      headers: { accept: 'application/json', ...(body ? { 'content-type': 'application/json' } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.body.text();
    if (response.statusCode === 409) throw new AgentBusyError();
    if (response.statusCode >= 400) throw refusal(response.statusCode, method, path, text);
    return parse(text);
  }
}

/** The error's code and words alone: a client error may carry the request with the token in its path. */
function withoutToken(error: unknown): Error {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return new Error(`connection failed: ${code}`);
}

function refusal(status: number, method: string, path: string, text: string): BessemerError {
  const answer = parse(text);
  const fault = isJsonObject(answer) && typeof answer['faultstring'] === 'string' ? `: ${answer['faultstring']}` : '';
  return new BessemerError('hardware-failure', `The agent refused ${method} ${path} with ${status}${fault}.`, {
    remedy:
      status === 401
        ? 'Its token is not the one it got at its look-up: boot the machine into the ramdisk again.'
        : 'Check that the ramdisk has an agent of a version that knows this command.',
  });
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new BessemerError('hardware-failure', 'The agent answered something that is not JSON.', {
      remedy: 'Check that the call-back address is that of an agent.',
      cause: error,
    });
  }
}

function toCommand(answer: JsonObject): AgentCommand {
  const params = answer['command_params'];
  return {
    id: String(answer['id'] ?? ''),
    command_name: String(answer['command_name'] ?? ''),
    command_params: isJsonObject(params) ? params : {},
    command_status: String(answer['command_status'] ?? ''),
    command_error: answer['command_error'] ?? null,
    command_result: answer['command_result'] ?? null,
  };
}

/** What a failed command says of its failure in particular, or in general where it says no more. */
export function commandDetails(command: AgentCommand): string {
  const { command_error: error } = command;
  const details = isJsonObject(error) ? error['details'] : undefined;
  return typeof details === 'string' && details !== '' ? details : commandError(command);
}

/** What a failed command says of its failure, for people. */
export function commandError(command: AgentCommand): string {
  const error = command.command_error;
  if (typeof error === 'string') return error;
  if (!isJsonObject(error)) return 'no reason was given';
  return [error['message'], error['details']].filter((part) => typeof part === 'string' && part !== '').join(': ');
}
