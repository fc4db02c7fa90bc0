import { isJsonObject, type JsonObject } from '@bessemer/contracts';
import { BessemerError } from '@bessemer/errors';
import type { CallContext } from '../core/context.js';
import { type RedfishAccess, readAccess } from './access.js';
import { type Asked, bmcError, refusalError } from './failure.js';
import { linkIn, linksIn, type Resource } from './resource.js';
import { RedfishSessions } from './sessions.js';
import { locationOf, type RedfishAnswer, type RedfishMethod, RedfishTransport } from './transport.js';

const defaultAnswerTimeoutMs = 15_000;
const defaultLookMs = 10_000;
const accepted = 202;
const notFound = 404;
const preconditionFailed = 412;

/** Opens BMCs that speak Redfish; one object for all of them keeps their sessions. */
export class Redfish {
  private readonly sessions = new RedfishSessions();

  /**
   * @param answerTimeoutMs milliseconds that a BMC may take for one answer
   * @param lookMs milliseconds between two looks at a machine that changes in its own time
   */
  constructor(
    private readonly answerTimeoutMs = defaultAnswerTimeoutMs,
    readonly lookMs = defaultLookMs,
  ) {}

  /**
   * Works with the BMC of the node and ends the connections to it. Leave is asked before each request.
   * @throws `invalid` for bad `driver_info`, and what `work` throws
   */
  async at<T>(context: Asker, work: (bmc: RedfishBmc) => Promise<T>): Promise<T> {
    const access = readAccess(context);
    const transport = await RedfishTransport.open(access, context, this.answerTimeoutMs);
    try {
      return await work(new RedfishBmc(access, transport, this.sessions));
    } finally {
      await transport.close();
    }
  }

  /**
   * Ends what is kept open at BMCs, as far as they answer within three seconds.
   * @throws `hardware-failure`, naming the BMCs at which it could not
   */
  async close(): Promise<void> {
    await this.sessions.close();
  }

  /**
   * Only reads, as {@link at} does, without asking for leave: a step that waits looks at the machine again and again,
   * and leave to act would end its wait each time.
   */
  async look<T>({ node, signal }: CallContext, work: (bmc: RedfishBmc) => Promise<T>): Promise<T> {
    return await this.at({ node, signal, guard: async () => signal.throwIfAborted() }, work);
  }
}

/** Something that a BMC was asked for. */
export interface Operation {
  /** Path of the task that tells how far it is; undefined for what is done already. */
  readonly task: string | undefined;
}

/** How far a task of a BMC is. */
export interface TaskProgress {
  readonly isOver: boolean;
  /** Whether it is scheduled, as for the next start of the machine. */
  readonly awaitsStart?: boolean;
  /** Why it has failed, for people. */
  readonly failure?: string;
}

/** What a piece of work needs of the call that it is done for. */
type Asker = Pick<CallContext, 'node' | 'guard' | 'signal'>;

/** The BMC of one node, for one piece of work. Every method throws `hardware-failure` when the BMC refuses or is silent. */
export class RedfishBmc {
  constructor(
    private readonly access: RedfishAccess,
    private readonly transport: RedfishTransport,
    private readonly sessions: RedfishSessions,
  ) {}

  /** Its address, for people. */
  get address(): string {
    return this.access.origin;
  }

  /** Reads a resource. */
  async get(path: string): Promise<Resource> {
    return this.resourceIn({ method: 'GET', path }, await this.trySend('GET', path));
  }

  /** Changes a resource; one that somebody else has changed since it was read is read again, once. */
  async patch(resource: Resource, body: JsonObject): Promise<void> {
    const asked = { method: 'PATCH', path: resource.path };
    const first = await this.trySend('PATCH', resource.path, body, matching(resource));
    if (first.status !== preconditionFailed) return this.requireSuccess(asked, first);
    const again = await this.get(resource.path);
    this.requireSuccess(asked, await this.trySend('PATCH', resource.path, body, matching(again)));
  }

  /** Reads a resource; undefined where the BMC has none of this path. */
  async find(path: string): Promise<Resource | undefined> {
    const asked = { method: 'GET', path };
    const answer = await this.trySend('GET', path);
    return answer.status === notFound ? undefined : this.resourceIn(asked, answer);
  }

  /** Calls an action. */
  async post(path: string, body: JsonObject): Promise<void> {
    await this.send('POST', path, body);
  }

  /** Makes a member of a collection and shows it. */
  async create(collection: string, body: JsonObject): Promise<Resource> {
    const { headers, body: made } = await this.send('POST', collection, body);
    const location = locationOf({ headers, body: made });
    if (isJsonObject(made) && made['Id'] !== undefined)
      return { path: location ?? collection, etag: headers.etag, body: made };
    if (location !== undefined) return await this.get(location);
    throw bmcError(
      this.access,
      { method: 'POST', path: collection },
      'does not tell where it has made it',
      'Look at the BMC for what was made.',
    );
  }

  /** Asks for something that may take the BMC its time; what is to be deleted and is not there is deleted. */
  async operate(method: 'POST' | 'DELETE', path: string, body?: JsonObject): Promise<Operation> {
    const answer = await this.trySend(method, path, body);
    if (method === 'DELETE' && answer.status === notFound) return { task: undefined };
    this.requireSuccess({ method, path }, answer);
    return { task: answer.status === accepted ? locationOf(answer) : undefined };
  }

  /** How far a task is; one that the BMC has forgotten is over. */
  async task(path: string): Promise<TaskProgress> {
    const answer = await this.trySend('GET', path);
    if (answer.status === notFound) return { isOver: true };
    this.requireSuccess({ method: 'GET', path }, answer);
    return taskProgress(answer);
  }

  /** Deletes a resource; false where the BMC has none of this path. */
  async delete(path: string): Promise<boolean> {
    const answer = await this.trySend('DELETE', path);
    if (answer.status === notFound) return false;
    this.requireSuccess({ method: 'DELETE', path }, answer);
    return true;
  }

  /** The service root. */
  async root(): Promise<Resource> {
    return await this.get(this.access.root);
  }

  /**
   * The machine: the one that `redfish_system_id` names, else the only one that the BMC manages.
   * @throws `invalid` when it manages several, naming them
   */
  async system(): Promise<Resource> {
    return await this.get(this.access.system ?? (await this.onlySystem()));
  }

  private async onlySystem(): Promise<string> {
    const collection = linkIn((await this.root()).body, 'Systems');
    const paths = collection === undefined ? [] : linksIn((await this.get(collection)).body, 'Members');
    const [path, ...others] = paths;
    if (path !== undefined && others.length === 0) return path;
    if (path === undefined)
      throw bmcError(
        this.access,
        { method: 'GET', path: collection ?? this.access.root },
        'manages no machine',
        'Check driver_info/redfish_address: it must be that of a BMC, not of another Redfish service.',
      );
    throw new BessemerError('invalid', `The BMC at ${this.address} manages ${paths.length} machines.`, {
      field: 'driver_info/redfish_system_id',
      remedy: `Set driver_info/redfish_system_id to one of ${paths.join(', ')}.`,
    });
  }

  private resourceIn(asked: Asked, answer: RedfishAnswer): Resource {
    this.requireSuccess(asked, answer);
    const { headers, body } = answer;
    if (isJsonObject(body)) return { path: asked.path, etag: headers.etag, body };
    throw bmcError(
      this.access,
      asked,
      'answered with something that is no Redfish resource',
      'Check that driver_info/redfish_address is that of a Redfish service.',
    );
  }

  private async send(method: RedfishMethod, path: string, body?: JsonObject): Promise<RedfishAnswer> {
    const answer = await this.trySend(method, path, body);
    this.requireSuccess({ method, path }, answer);
    return answer;
  }

  private requireSuccess(asked: Asked, { status, body }: RedfishAnswer): void {
    if (status < 200 || status >= 300) throw refusalError(this.access, asked, status, body);
  }

  /** Sends a request as the user; with a new session when the BMC does not know the old one any more. */
  private async trySend(
    method: RedfishMethod,
    path: string,
    body?: JsonObject,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<RedfishAnswer> {
    const sendAsUser = async () => {
      const proof = await this.sessions.headers(this.transport, this.access);
      return { proof, answer: await this.transport.send(method, path, { ...headers, ...proof }, body) };
    };
    const { proof, answer } = await sendAsUser();
    if (answer.status !== 401 || !this.sessions.forget(this.access, proof)) return answer;
    return (await sendAsUser()).answer;
  }
}

const scheduledStates = ['Starting', 'Suspended', 'Pending'];
const unfinishedStates = [...scheduledStates, 'New', 'Running', 'Stopping', 'Service'];

/** A task itself says its state; what only watches it answers 202 as long as it runs. */
function taskProgress({ status, body }: RedfishAnswer): TaskProgress {
  const state = isJsonObject(body) ? body['TaskState'] : undefined;
  if (!isJsonObject(body) || typeof state !== 'string') return { isOver: status !== accepted };
  if (unfinishedStates.includes(state)) return { isOver: false, awaitsStart: scheduledStates.includes(state) };
  if (state === 'Completed' && body['TaskStatus'] !== 'Critical') return { isOver: true };
  const messages = (Array.isArray(body['Messages']) ? body['Messages'] : [])
    .map((message) => (isJsonObject(message) ? message['Message'] : undefined))
    .filter((message) => typeof message === 'string');
  return { isOver: true, failure: messages.join(' ') || `its task ended as ${state}` };
}

/** Several BMCs take no change without the revision; a weak one never matches as it is written. */
function matching({ etag }: Resource): Record<string, string> {
  return etag === undefined ? {} : { 'if-match': etag.replace(/^W\//, '') };
}
