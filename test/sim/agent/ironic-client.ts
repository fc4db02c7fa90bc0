import type { AgentConfiguration } from './agent-options.js';
import type { Print } from './console.js';
import { type JsonAnswer, type JsonRequest, requestJson } from './http-request.js';

/** What a look-up gave the agent. */
export interface LookupResult {
  readonly nodeUuid: string;
  readonly heartbeatTimeoutS: number;
  /** Null when the API knows no tokens. */
  readonly token: string | null;
}

/** The fields of a heartbeat, in the contract's names. */
export interface Heartbeat {
  readonly callback_url: string;
  readonly agent_version: string;
  readonly agent_token?: string;
  readonly agent_verify_ca?: string;
}

/** The API holds a token that this agent was never given: somebody else may have asked for it, so the agent locks down. */
export class TokenTaken extends Error {}

/** No node was found in the time that a look-up may take. */
export class LookupTimedOut extends Error {}

const versionHeader = 'X-OpenStack-Ironic-API-Version';
const requestTimeoutMs = 30_000;
/** The waits after the first, second and each further conflict of a look-up. */
const conflictWaitsS = [5, 10, 30];
const oldestServer = '1.31';

/** The agent's side of the Bare Metal API's ramdisk calls: inspection call-back, look-up and heartbeat. */
export class IronicClient {
  private serverVersion = oldestServer;
  private urlIndex = 0;

  constructor(
    private readonly configuration: Pick<AgentConfiguration, 'boot' | 'options'>,
    private readonly print: Print,
  ) {}

  /**
   * Posts the inspection data; tries again on a connection error, a 5xx and a 409, five times in all.
   * @returns the uuid of the node that the data was found to belong to, null when it was not taken.
   */
  async postInspection(url: string, data: unknown): Promise<string | null> {
    for (let attempt = 1; ; attempt += 1) {
      let again = true;
      try {
        const answer = await this.send(url, { method: 'POST', json: data });
        if (answer.status < 400) {
          const uuid = uuidOf(answer.body);
          this.print('inspection data taken', { node: uuid });
          return uuid;
        }
        again = answer.status >= 500 || answer.status === 409;
        this.print('inspection data refused', {
          attempt,
          status: answer.status,
          answer: JSON.stringify(answer.body),
        });
      } catch (error) {
        this.print('inspection data could not be sent', { attempt, problem: messageOf(error) });
      }
      if (!again || attempt === 5) {
        return null;
      }
      await this.pause(Math.min(30, 5 * 2 ** (attempt - 1)));
    }
  }

  /**
   * Looks the machine up until a node is found.
   * @param macs all MAC addresses of the machine.
   * @param nodeUuid the node that the inspection call-back named, null when it named none.
   * @param localToken a token given at boot.
   * @throws TokenTaken when the token is masked and none was given at boot.
   * @throws LookupTimedOut when no node is found in time.
   */
  async lookup(macs: readonly string[], nodeUuid: string | null, localToken: string | null): Promise<LookupResult> {
    const deadline = Date.now() + this.configuration.options.lookupTimeoutS * 1000;
    let conflicts = 0;
    for (let attempt = 0; Date.now() < deadline; attempt += 1) {
      try {
        const answer = await this.lookupOnce(macs, nodeUuid);
        const found = answer.status === 200 ? readLookup(answer.body) : null;
        if (found !== null) {
          this.print('look-up found the node', { node: found.nodeUuid, heartbeat_timeout: found.heartbeatTimeoutS });
          return { ...found, token: chooseToken(found.token, localToken) };
        }
        this.print('look-up found no node', { status: answer.status });
        if (answer.status === 409) {
          await this.pause(conflictWaitsS[Math.min(conflicts, 2)] ?? 30);
          conflicts += 1;
          continue;
        }
      } catch (error) {
        if (error instanceof TokenTaken) {
          throw error;
        }
        this.print('look-up could not be sent', { problem: messageOf(error) });
        this.nextUrl();
      }
      await this.pause(1 + Math.random() * Math.min(59, 2 ** attempt));
    }
    throw new LookupTimedOut(`no node found within ${this.configuration.options.lookupTimeoutS} s`);
  }

  /**
   * Sends one heartbeat.
   * @returns the status: 202 when it was taken, 409 when the node is busy.
   * @throws Error when the API cannot be reached.
   */
  async heartbeat(nodeUuid: string, beat: Heartbeat): Promise<number> {
    const version = minVersion(this.serverVersion, '1.68');
    const fields = {
      callback_url: beat.callback_url,
      ...(isAtLeast(version, '1.36') ? { agent_version: beat.agent_version } : {}),
      ...(isAtLeast(version, '1.62') && beat.agent_token !== undefined ? { agent_token: beat.agent_token } : {}),
      ...(isAtLeast(version, '1.68') && beat.agent_verify_ca !== undefined
        ? { agent_verify_ca: beat.agent_verify_ca }
        : {}),
    };
    const answer = await this.send(`${this.apiUrl()}/v1/heartbeat/${nodeUuid}`, {
      method: 'POST',
      headers: { [versionHeader]: version },
      json: fields,
    });
    if (answer.status !== 202 && answer.status !== 409) {
      this.print('heartbeat refused', { status: answer.status, answer: JSON.stringify(answer.body) });
    }
    return answer.status;
  }

  /** Waits as the protocol says, times the scale of the options. */
  pause(seconds: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, seconds * 1000 * this.configuration.options.timeScale));
  }

  private async lookupOnce(macs: readonly string[], nodeUuid: string | null): Promise<JsonAnswer> {
    const root = await this.send(`${this.apiUrl()}/`, { method: 'GET' });
    this.serverVersion = serverVersionOf(root) ?? oldestServer;
    const query = new URLSearchParams({ addresses: macs.join(',') });
    if (nodeUuid !== null) {
      query.set('node_uuid', nodeUuid);
    }
    return this.send(`${this.apiUrl()}/v1/lookup?${query}`, {
      method: 'GET',
      headers: { [versionHeader]: minVersion(this.serverVersion, '1.62') },
    });
  }

  private send(url: string, request: Pick<JsonRequest, 'method' | 'headers' | 'json'>): Promise<JsonAnswer> {
    const { insecure } = this.configuration.boot;
    return requestJson(url, { ...request, insecure, timeoutMs: requestTimeoutMs });
  }

  private apiUrl(): string {
    const { apiUrls } = this.configuration.boot;
    return apiUrls[this.urlIndex % apiUrls.length] ?? '';
  }

  private nextUrl(): void {
    this.urlIndex += 1;
  }
}

function chooseToken(given: string | null, localToken: string | null): string | null {
  if (given !== null && /^\*+$/.test(given)) {
    if (localToken === null) {
      throw new TokenTaken('the API masks the token and none was given at boot: it was given to somebody else before');
    }
    return localToken;
  }
  return given ?? localToken;
}

function readLookup(body: unknown): LookupResult | null {
  const { node, config } = (body ?? {}) as {
    node?: { uuid?: string };
    config?: { heartbeat_timeout?: number; agent_token?: string | null };
  };
  if (typeof node?.uuid !== 'string' || typeof config?.heartbeat_timeout !== 'number') {
    return null;
  }
  return { nodeUuid: node.uuid, heartbeatTimeoutS: config.heartbeat_timeout, token: config.agent_token ?? null };
}

function uuidOf(body: unknown): string | null {
  const { uuid, node } = (body ?? {}) as { uuid?: string; node?: { uuid?: string } | string };
  return uuid ?? (typeof node === 'object' ? node.uuid : node) ?? null;
}

function serverVersionOf(root: JsonAnswer): string | null {
  const body = (root.body ?? {}) as { default_version?: { version?: string } };
  return root.status === 200 ? (body.default_version?.version ?? null) : null;
}

function isAtLeast(version: string, wanted: string): boolean {
  return minVersion(version, wanted) === wanted;
}

function minVersion(a: string, b: string): string {
  const minor = (version: string): number => Number(version.split('.')[1]);
  return minor(a) < minor(b) ? a : b;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
