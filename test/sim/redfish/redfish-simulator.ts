import { randomUUID } from 'node:crypto';
import { createServer as createPlainServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { TlsPair } from '../agent/certificate.js';
import type { Answer } from './answer.js';
import type { RedfishFaults } from './faults.js';
import { RedfishRefusal } from './refusal.js';
import { biosAttributes, registryAnswer } from './registries.js';
import * as resources from './resources.js';
import { SimulatedEvents } from './simulated-events.js';
import { SimulatedMedia } from './simulated-media.js';
import { SimulatedSystem, type SystemOptions } from './simulated-system.js';
import { SimulatedUpdates } from './simulated-updates.js';

/** The BMC to start. */
export interface RedfishSimulatorOptions {
  readonly username?: string;
  readonly password?: string;
  /** Served over HTTPS with this certificate, over HTTP without one. */
  readonly tls?: TlsPair;
  /** The machines that it manages; one, `1`, unless given. */
  readonly systems?: readonly SystemOptions[];
  /** Whether images are inserted by a change of the device instead of an action. */
  readonly changesMedia?: boolean;
  /** 0 takes a free port. */
  readonly port?: number;
}

type Body = Record<string, unknown>;

const root = '/redfish/v1';
const sessionsPath = `${root}/SessionService/Sessions`;

/** A BMC that speaks Redfish on loopback: one service root with systems, chassis, a manager and sessions. */
export class RedfishSimulator {
  readonly faults: RedfishFaults = {};
  readonly systems: readonly SimulatedSystem[];
  readonly events = new SimulatedEvents();
  readonly updates = new SimulatedUpdates(this.faults);
  readonly media: SimulatedMedia;
  /** What was asked of it, in order, each as `METHOD path`. */
  readonly requests: string[] = [];
  /** What its registry says of BIOS settings. */
  biosAttributes: readonly object[] = biosAttributes;
  /** Tokens of sessions by their paths. */
  private readonly sessions = new Map<string, string>();
  private sessionsMade = 0;
  private newPassword: string | undefined;
  private listensOn = 0;

  private constructor(
    private readonly server: Server,
    private readonly options: RedfishSimulatorOptions,
  ) {
    this.media = new SimulatedMedia(`${root}/Managers/BMC/VirtualMedia`, options.changesMedia !== true, this.faults);
    this.systems = (options.systems ?? [{ id: '1' }]).map(
      (system) => new SimulatedSystem(system, this.faults, this.updates),
    );
  }

  static async start(options: RedfishSimulatorOptions = {}): Promise<RedfishSimulator> {
    const { tls } = options;
    const server = tls === undefined ? createPlainServer() : createTlsServer({ key: tls.key, cert: tls.certificate });
    const bmc = new RedfishSimulator(server, options);
    server.on('request', (request, response) => {
      // A client that leaves in the middle is its own affair.
      bmc.serve(request, response).catch((error: Error) => response.destroy(error));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    bmc.listensOn = (server.address() as AddressInfo).port;
    return bmc;
  }

  /** Its address, as `redfish_address` takes it. */
  get url(): string {
    return `${this.options.tls === undefined ? 'http' : 'https'}://127.0.0.1:${this.listensOn}`;
  }

  /** Sets the password; open sessions stay. */
  changePassword(password: string): void {
    this.newPassword = password;
  }

  get username(): string {
    return this.options.username ?? 'operator';
  }

  get password(): string {
    return this.newPassword ?? this.options.password ?? 'pass-word of the BMC';
  }

  /** The first machine. */
  get system(): SimulatedSystem {
    const [system] = this.systems;
    if (system === undefined) throw new Error('this BMC manages no machine');
    return system;
  }

  /** How many sessions are open. */
  get openSessions(): number {
    return this.sessions.size;
  }

  /** Ends every session, as a BMC does that was restarted. */
  expireSessions(): void {
    this.sessions.clear();
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').replace(/(.)\/$/, '$1');
    const asked = `${request.method} ${path}`;
    this.requests.push(asked);
    const body = await readBody(request);
    if (this.faults.delayMs !== undefined) await pause(this.faults.delayMs);
    if (this.takeFault('broken')) return void response.destroy();
    if (this.faults.garbage === true) return void response.end('<html>');
    const { status = 200, headers = {}, body: shown } = this.answer(asked, path, request, body);
    const text = shown === undefined ? '' : JSON.stringify(shown);
    response.writeHead(status, { 'content-type': 'application/json', 'odata-version': '4.0', ...headers });
    response.end(this.faults.elsewhere === undefined ? text : text.replaceAll(root, `${this.faults.elsewhere}${root}`));
  }

  private answer(asked: string, path: string, request: IncomingMessage, body: Body): Answer {
    try {
      this.requireWilling(asked);
      if (asked === `GET ${root}`) return { body: resources.rootResource() };
      if (asked === `POST ${sessionsPath}`) return this.logIn(body);
      this.requireUser(request);
      if (asked.startsWith(`DELETE ${sessionsPath}/`) && this.sessions.delete(path)) return { status: 204 };
      return (
        this.media.answer(asked, body) ??
        this.events.answer(asked, body) ??
        this.updates.answer(asked, body) ??
        this.answerOfTree(path) ??
        registryAnswer(path, this.biosAttributes) ??
        this.answerOfSystem(asked, path, request, body)
      );
    } catch (error) {
      if (!(error instanceof RedfishRefusal)) throw error;
      const detail = { MessageId: `Base.1.8.${error.messageId}`, Message: error.message };
      return {
        status: error.status,
        body: {
          error: { code: 'Base.1.8.GeneralError', message: 'See the details.', '@Message.ExtendedInfo': [detail] },
        },
      };
    }
  }

  private requireWilling(asked: string): void {
    if (this.takeFault('busy')) throw new RedfishRefusal(503, 'ServiceTemporarilyUnavailable', 'Try again later.');
    const { refuse } = this.faults;
    if (refuse !== undefined && asked.includes(refuse.request))
      throw new RedfishRefusal(refuse.status, 'GeneralError', refuse.reason);
  }

  private logIn({ UserName: username, Password: password }: Body): Answer {
    if (this.faults.noSessions === true) throw notFound(sessionsPath);
    if (username !== this.username || password !== this.password) throw unauthorized();
    const token = randomUUID();
    this.sessionsMade += 1;
    const location = `${sessionsPath}/${this.sessionsMade}`;
    this.sessions.set(location, token);
    return { status: 201, headers: { 'x-auth-token': token, location }, body: { '@odata.id': location } };
  }

  private requireUser({ headers }: IncomingMessage): void {
    const basic = `Basic ${Buffer.from(`${this.username}:${this.password}`).toString('base64')}`;
    if (headers.authorization === basic || [...this.sessions.values()].includes(String(headers['x-auth-token'])))
      return;
    throw unauthorized();
  }

  private answerOfTree(path: string): Answer | undefined {
    const collection = (members: readonly string[]) => ({ body: resources.collectionResource(path, members) });
    if (path === `${root}/Systems`) return collection(this.systems.map((system) => system.path));
    if (path === `${root}/Chassis`) return collection(this.systems.map((system) => system.chassisPath));
    if (path === `${root}/Managers`) return collection([`${root}/Managers/BMC`]);
    return path === `${root}/Managers/BMC`
      ? { body: resources.managerResource(this.updates.versions['bmc']) }
      : undefined;
  }

  private answerOfSystem(asked: string, path: string, { headers }: IncomingMessage, body: Body): Answer {
    const system = this.systems.find(
      (candidate) => `${path}/`.startsWith(`${candidate.chassisPath}/`) || `${path}/`.startsWith(`${candidate.path}/`),
    );
    if (system === undefined) throw notFound(path);
    const change = (work: () => void): Answer => {
      requireMatch(headers['if-match'], system);
      work();
      return { status: 204 };
    };
    const answers: Record<string, () => Answer> = {
      [`GET ${system.path}`]: () => ({
        body: resources.systemResource(system),
        headers: { etag: system.etag },
      }),
      [`PATCH ${system.path}`]: () => change(() => system.patch(body)),
      [`GET ${system.path}/SecureBoot`]: () => ({ body: resources.secureBootResource(system) }),
      [`PATCH ${system.path}/SecureBoot`]: () => {
        system.secureBoot = body['SecureBootEnable'] === true;
        return { status: 204 };
      },
      [`GET ${system.path}/ResetActionInfo`]: () => ({ body: resources.resetInfoResource(system) }),
      [`POST ${system.path}/Actions/ComputerSystem.Reset`]: () => {
        system.reset(String(body['ResetType']), this.faults.deaf === true);
        return { status: 204 };
      },
      [`GET ${system.chassisPath}`]: () => ({ body: resources.chassisResource(system) }),
      [`PATCH ${system.chassisPath}`]: () => {
        for (const [name, value] of Object.entries(body)) system.chassisLight.set(name, value);
        return { status: 204 };
      },
    };
    const answer =
      answers[asked]?.() ??
      system.bios.answer(asked, body, headers['if-match']) ??
      system.hardware.answer(asked, body) ??
      resources.adapterAnswer(asked, system);
    if (answer === undefined) throw notFound(path);
    return answer;
  }

  private takeFault(name: 'busy' | 'broken'): boolean {
    const left = this.faults[name] ?? 0;
    if (left > 0) this.faults[name] = left - 1;
    return left > 0;
  }
}

const notFound = (path: string) =>
  new RedfishRefusal(404, 'ResourceMissingAtURI', `The resource at ${path} was not found.`);
const unauthorized = () => new RedfishRefusal(401, 'InsufficientPrivilege', 'The user is not known here.');

/** A change needs the revision that was read. */
function requireMatch(revision: string | undefined, system: SimulatedSystem): void {
  if (revision !== system.etag.slice('W/'.length))
    throw new RedfishRefusal(412, 'PreconditionFailed', 'The ETag supplied did not match the ETag required.');
}

async function readBody(request: IncomingMessage): Promise<Body> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text === '' ? {} : (JSON.parse(text) as Body);
}
